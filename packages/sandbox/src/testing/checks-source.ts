/**
 * A WASI command in AssemblyScript that does some ninety things to its file system and prints what came of each:
 * the transcript is compared with that of another host.
 */
export const checksSource = `
@external("wasi_snapshot_preview1", "fd_write") declare function fd_write(fd: u32, iovs: usize, count: u32, written: usize): u32;
@external("wasi_snapshot_preview1", "fd_read") declare function fd_read(fd: u32, iovs: usize, count: u32, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_pread") declare function fd_pread(fd: u32, iovs: usize, count: u32, at: u64, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_pwrite") declare function fd_pwrite(fd: u32, iovs: usize, count: u32, at: u64, written: usize): u32;
@external("wasi_snapshot_preview1", "fd_close") declare function fd_close(fd: u32): u32;
@external("wasi_snapshot_preview1", "fd_seek") declare function fd_seek(fd: u32, by: i64, whence: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_tell") declare function fd_tell(fd: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_sync") declare function fd_sync(fd: u32): u32;
@external("wasi_snapshot_preview1", "fd_datasync") declare function fd_datasync(fd: u32): u32;
@external("wasi_snapshot_preview1", "fd_readdir") declare function fd_readdir(fd: u32, buf: usize, len: u32, cookie: u64, used: usize): u32;
@external("wasi_snapshot_preview1", "fd_renumber") declare function fd_renumber(from: u32, to: u32): u32;
@external("wasi_snapshot_preview1", "fd_fdstat_get") declare function fd_fdstat_get(fd: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_filestat_get") declare function fd_filestat_get(fd: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_filestat_set_size") declare function fd_filestat_set_size(fd: u32, size: u64): u32;
@external("wasi_snapshot_preview1", "fd_filestat_set_times") declare function fd_filestat_set_times(fd: u32, a: u64, m: u64, flags: u32): u32;
@external("wasi_snapshot_preview1", "fd_prestat_get") declare function fd_prestat_get(fd: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_prestat_dir_name") declare function fd_prestat_dir_name(fd: u32, at: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "path_open") declare function path_open(fd: u32, lookup: u32, path: usize, len: u32, oflags: u32, rights: u64, inheriting: u64, flags: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "path_create_directory") declare function path_create_directory(fd: u32, path: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "path_remove_directory") declare function path_remove_directory(fd: u32, path: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "path_unlink_file") declare function path_unlink_file(fd: u32, path: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "path_rename") declare function path_rename(fd: u32, path: usize, len: u32, toFd: u32, to: usize, toLen: u32): u32;
@external("wasi_snapshot_preview1", "path_filestat_get") declare function path_filestat_get(fd: u32, lookup: u32, path: usize, len: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "path_filestat_set_times") declare function path_filestat_set_times(fd: u32, lookup: u32, path: usize, len: u32, a: u64, m: u64, flags: u32): u32;
@external("wasi_snapshot_preview1", "path_readlink") declare function path_readlink(fd: u32, path: usize, len: u32, buf: usize, size: u32, used: usize): u32;
@external("wasi_snapshot_preview1", "clock_res_get") declare function clock_res_get(id: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "clock_time_get") declare function clock_time_get(id: u32, precision: u64, out: usize): u32;
@external("wasi_snapshot_preview1", "poll_oneoff") declare function poll_oneoff(subs: usize, events: usize, count: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "random_get") declare function random_get(at: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "sched_yield") declare function sched_yield(): u32;
@external("wasi_snapshot_preview1", "args_sizes_get") declare function args_sizes_get(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "args_get") declare function args_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "environ_sizes_get") declare function environ_sizes_get(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "environ_get") declare function environ_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "proc_exit") declare function proc_exit(code: u32): void;

const s = memory.data(256);
const area = heap.alloc(65536);
const RW: u64 = 2 | 64, READ: u64 = 2, WRITE: u64 = 64, ALL: u64 = (1 << 28) - 1;
const CREATE = 1, DIRECTORY = 2, EXCLUSIVE = 4, TRUNCATE = 8;

function put(text: string): void {
  const b = String.UTF8.encode(text);
  store<u32>(s + 200, changetype<usize>(b)); store<u32>(s + 204, b.byteLength);
  fd_write(1, s + 200, 1, s + 208);
}
function say(name: string, error: u32, value: string = ""): void { put(name + ": " + error.toString() + (value == "" ? "" : " " + value) + "\\n"); }
function open(path: string, oflags: u32, rights: u64, flags: u32 = 0): i32 {
  const b = String.UTF8.encode(path);
  const e = path_open(3, 0, changetype<usize>(b), b.byteLength, oflags, rights, rights, flags, s);
  return e ? -<i32>e : load<i32>(s);
}
function tryOpen(name: string, path: string, oflags: u32, rights: u64): void {
  const fd = open(path, oflags, rights);
  say(name, fd < 0 ? -fd : 0);
  if (fd >= 0) fd_close(fd);
}
function iov(i: u32, at: usize, length: u32): void { store<u32>(s + 16 + i * 8, <u32>at); store<u32>(s + 20 + i * 8, length); }
function write(fd: u32, text: string): u32 { const b = String.UTF8.encode(text); iov(0, changetype<usize>(b), b.byteLength); return fd_write(fd, s + 16, 1, s + 8); }
function read(fd: u32, length: u32): string { iov(0, area, length); const e = fd_read(fd, s + 16, 1, s + 8); return e ? "error " + e.toString() : String.UTF8.decodeUnsafe(area, load<u32>(s + 8)); }
function mkdir(path: string): u32 { const b = String.UTF8.encode(path); return path_create_directory(3, changetype<usize>(b), b.byteLength); }
function rmdir(path: string): u32 { const b = String.UTF8.encode(path); return path_remove_directory(3, changetype<usize>(b), b.byteLength); }
function unlink(path: string): u32 { const b = String.UTF8.encode(path); return path_unlink_file(3, changetype<usize>(b), b.byteLength); }
function move(from: string, to: string): u32 { const a = String.UTF8.encode(from), b = String.UTF8.encode(to); return path_rename(3, changetype<usize>(a), a.byteLength, 3, changetype<usize>(b), b.byteLength); }
function size(path: string): string { const b = String.UTF8.encode(path); const e = path_filestat_get(3, 0, changetype<usize>(b), b.byteLength, s + 64); return e ? "error " + e.toString() : "type " + load<u8>(s + 80).toString() + (load<u8>(s + 80) == 4 ? " size " + load<u64>(s + 96).toString() : ""); }
function names(path: string): string {
  const fd = open(path, DIRECTORY, 1 << 14);
  if (fd < 0) return "error " + (-fd).toString();
  const all: string[] = [];
  let cookie: u64 = 0;
  // A small buffer, so that listings go on where they were cut.
  while (true) {
    if (fd_readdir(fd, area, 100, cookie, s + 8)) return "error";
    const used = load<u32>(s + 8);
    let at: u32 = 0;
    while (at + 24 <= used && at + 24 + load<u32>(area + at + 16) <= used) {
      const length = load<u32>(area + at + 16), name = String.UTF8.decodeUnsafe(area + at + 24, length);
      cookie = load<u64>(area + at);
      if (name != "." && name != "..") all.push(name + "=" + load<u8>(area + at + 20).toString());
      at += 24 + length;
    }
    if (used < 100 || at == 0) break;
  }
  fd_close(fd);
  all.sort();
  return all.join(" ");
}
function content(path: string): string { const fd = open(path, 0, READ); if (fd < 0) return "error " + (-fd).toString(); const text = read(fd, 1000); fd_close(fd); return text; }

args_sizes_get(s, s + 4);
say("argument count", 0, load<u32>(s).toString() + " in " + load<u32>(s + 4).toString());
args_get(area, area + 1000);
put("last argument: " + String.UTF8.decodeUnsafe(load<u32>(area + 8), 1000, true) + "\\n");
environ_sizes_get(s, s + 4);
say("environment", 0, load<u32>(s).toString() + " in " + load<u32>(s + 4).toString());
environ_get(area, area + 1000);
put("variable: " + String.UTF8.decodeUnsafe(load<u32>(area), 1000, true) + "\\n");

say("prestat", fd_prestat_get(3, s), load<u8>(s).toString() + " " + load<u32>(s + 4).toString());
say("prestat name", fd_prestat_dir_name(3, area, 1), String.UTF8.decodeUnsafe(area, 1));
say("prestat of another", fd_prestat_get(4, s));
say("prestat of none", fd_prestat_get(9999, s));

tryOpen("open what is missing", "tmp/missing", 0, READ);
tryOpen("open in a missing folder", "tmp/missing/x", CREATE, RW);
tryOpen("open a file as a folder", "in/a/x", 0, READ);
tryOpen("open an input", "in/a", 0, READ);
tryOpen("open with a dot", "./in/./a", 0, READ);
tryOpen("open by a way back", "in/../in/a", 0, READ);
tryOpen("open with double slashes", "in//a", 0, READ);
tryOpen("open a folder", "in", 0, 1 << 14);
tryOpen("open a folder as one", "in", DIRECTORY, 1 << 14);
tryOpen("open a file as one", "in/a", DIRECTORY, READ);
tryOpen("leave upwards", "../x", 0, READ);
tryOpen("leave later", "tmp/../../x", CREATE, RW);
put("content of an input: " + content("in/a") + "\\n");

let fd = open("tmp/one", CREATE | EXCLUSIVE, ALL);
say("write", write(fd, "hello world"), load<u32>(s + 8).toString());
say("tell", fd_tell(fd, s), load<u64>(s).toString());
say("seek to 6", fd_seek(fd, 6, 0, s), load<u64>(s).toString());
put("read on: " + read(fd, 100) + "\\n");
put("read at the end: " + read(fd, 100) + "|\\n");
say("seek back by 5", fd_seek(fd, -5, 1, s), load<u64>(s).toString());
say("seek from the end", fd_seek(fd, -3, 2, s), load<u64>(s).toString());
say("seek before the beginning", fd_seek(fd, -100, 0, s));
say("seek by an unknown rule", fd_seek(fd, 0, 7, s));
say("seek beyond the end", fd_seek(fd, 20, 0, s), load<u64>(s).toString());
say("write beyond the end", write(fd, "X"));
say("its size", fd_filestat_get(fd, s + 64), load<u64>(s + 96).toString() + " type " + load<u8>(s + 80).toString());
iov(0, area, 30);
say("read at a place", fd_pread(fd, s + 16, 1, 9, s + 8), load<u32>(s + 8).toString() + " " + load<u8>(area).toString() + " " + load<u8>(area + 5).toString() + " " + load<u8>(area + 11).toString());
say("the position stays", fd_tell(fd, s), load<u64>(s).toString());
store<u8>(area, 65);
iov(0, area, 1);
say("write at a place", fd_pwrite(fd, s + 16, 1, 4, s + 8), load<u32>(s + 8).toString());
say("cut", fd_filestat_set_size(fd, 5));
put("what is left: " + content("tmp/one") + "\\n");
say("extend", fd_filestat_set_size(fd, 8));
put("after it: " + size("tmp/one") + "\\n");
say("sync", fd_sync(fd)); say("datasync", fd_datasync(fd));
say("set times", fd_filestat_set_times(fd, 1000000000, 2000000000, 5));
fd_filestat_get(fd, s + 64);
say("times", 0, load<u64>(s + 104).toString() + " " + load<u64>(s + 112).toString());
say("close", fd_close(fd)); say("close again", fd_close(fd));
say("write to what is closed", write(fd, "x"));
tryOpen("make what is there", "tmp/one", CREATE | EXCLUSIVE, RW);
tryOpen("truncate", "tmp/one", TRUNCATE, RW);
put("then: " + size("tmp/one") + "\\n");

fd = open("tmp/one", 0, RW | 4, 1);
write(fd, "abc"); fd_seek(fd, 0, 0, s); write(fd, "def"); fd_close(fd);
put("appended: " + content("tmp/one") + "\\n");
fd = open("tmp/one", 0, READ);
say("write without the right", write(fd, "x") != 0 ? 1 : 0);
iov(0, area, 1); iov(1, area + 100, 3);
say("read into two places", fd_read(fd, s + 16, 2, s + 8), load<u32>(s + 8).toString() + " " + load<u8>(area).toString() + " " + load<u8>(area + 102).toString());
fd_close(fd);

say("make a folder", mkdir("tmp/d")); say("make it again", mkdir("tmp/d")); say("make one inside", mkdir("tmp/d/e"));
say("make one in a missing one", mkdir("tmp/no/e")); say("make one over a file", mkdir("tmp/one"));
for (let i = 0; i < 12; i++) { const f = open("tmp/d/file-" + i.toString(), CREATE, RW); write(f, "x"); fd_close(f); }
put("list: " + names("tmp/d") + "\\n");
put("list a file: " + names("tmp/one") + "\\n");
say("remove a full folder", rmdir("tmp/d")); say("remove a file as a folder", rmdir("tmp/one")); say("remove a folder", rmdir("tmp/d/e")); say("remove a missing folder", rmdir("tmp/d/e"));
say("unlink a missing file", unlink("tmp/no"));
say("unlink a folder", unlink("tmp/d") != 0 ? 1 : 0);
for (let i = 0; i < 12; i++) unlink("tmp/d/file-" + i.toString());
say("remove it empty", rmdir("tmp/d"));

fd = open("tmp/held", CREATE, RW | 4 | 32); write(fd, "still here");
say("unlink what is open", unlink("tmp/held")); put("its name: " + size("tmp/held") + "\\n");
fd_seek(fd, 0, 0, s); put("its content: " + read(fd, 50) + "\\n"); fd_close(fd);

mkdir("tmp/from"); mkdir("tmp/to"); mkdir("tmp/to/full");
fd = open("tmp/from/f", CREATE, RW); write(fd, "moved"); fd_close(fd);
fd = open("tmp/to/full/x", CREATE, RW); fd_close(fd);
say("move a file", move("tmp/from/f", "tmp/to/f")); put("there: " + content("tmp/to/f") + ", here: " + size("tmp/from/f") + "\\n");
say("move over a file", move("tmp/to/f", "tmp/one")); put("there: " + content("tmp/one") + "\\n");
say("move a missing file", move("tmp/no", "tmp/x")); say("move a file over a folder", move("tmp/one", "tmp/to")); say("move a folder over a file", move("tmp/to", "tmp/one"));
say("move a folder into itself", move("tmp/to", "tmp/to/full/y")); say("move a folder over a full one", move("tmp/from", "tmp/to/full"));
say("move a folder", move("tmp/to", "tmp/from/deep")); put("there: " + names("tmp/from") + " / " + names("tmp/from/deep") + "\\n");
say("move onto itself", move("tmp/one", "tmp/one"));
put("odd names: ");
fd = open("tmp/\\u00e9\\u4e2d \\ud83d\\ude00", CREATE, RW); put(fd >= 0 ? "made " : "not made "); fd_close(fd); put(names("tmp") + "\\n");
const long = "tmp/" + "n".repeat(300);
tryOpen("a name too long", long, CREATE, RW);
const asLink = String.UTF8.encode("tmp/one");
say("read a file as a link", path_readlink(3, changetype<usize>(asLink), asLink.byteLength, area, 100, s));

const a = open("tmp/r1", CREATE, RW), b = open("tmp/r2", CREATE, RW);
write(a, "one"); write(b, "two");
say("renumber", fd_renumber(a, b)); write(b, " more"); fd_close(b);
put("then: " + content("tmp/r1") + ", " + content("tmp/r2") + "\\n");
say("the old number", fd_close(a));

say("clock resolution", clock_res_get(0, s)); say("unknown clock", clock_time_get(17, 1, s));
clock_time_get(1, 1, s); const before = load<u64>(s);
memory.fill(area, 0, 200);
store<u64>(area, 77); store<u32>(area + 16, 1); store<u64>(area + 24, 3000000);
say("sleep", poll_oneoff(area, area + 100, 1, s), load<u32>(s).toString() + " " + load<u64>(area + 100).toString() + " " + load<u16>(area + 108).toString() + " " + load<u8>(area + 110).toString());
clock_time_get(1, 1, s);
say("time passed", load<u64>(s) - before >= 3000000 ? 0 : 1);
say("random", random_get(area, 100));
say("yield", sched_yield());
say("stream kind", fd_fdstat_get(0, s + 64) == 0 ? 0 : 1);
put("nothing on standard input: [" + read(0, 10) + "]\\n");
proc_exit(42);
`;
