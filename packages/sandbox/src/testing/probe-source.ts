/**
 * A WASI command in AssemblyScript, with the calls declared by hand, that does what its first argument says:
 * each of the suites' cases is one word.
 */
export const probeSource = `
// @ts-nocheck
@external("wasi_snapshot_preview1", "fd_write") declare function fd_write(fd: u32, iovs: usize, count: u32, written: usize): u32;
@external("wasi_snapshot_preview1", "fd_read") declare function fd_read(fd: u32, iovs: usize, count: u32, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_pread") declare function fd_pread(fd: u32, iovs: usize, count: u32, at: u64, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_close") declare function fd_close(fd: u32): u32;
@external("wasi_snapshot_preview1", "fd_seek") declare function fd_seek(fd: u32, by: i64, whence: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_readdir") declare function fd_readdir(fd: u32, buf: usize, len: u32, cookie: u64, used: usize): u32;
@external("wasi_snapshot_preview1", "path_open") declare function path_open(fd: u32, lookup: u32, path: usize, len: u32, oflags: u32, rights: u64, inheriting: u64, flags: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "path_symlink") declare function path_symlink(from: usize, fromLen: u32, fd: u32, to: usize, toLen: u32): u32;
@external("wasi_snapshot_preview1", "path_unlink_file") declare function path_unlink_file(fd: u32, path: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "args_sizes_get") declare function args_sizes_get(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "args_get") declare function args_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "environ_sizes_get") declare function environ_sizes_get(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "environ_get") declare function environ_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "clock_time_get") declare function clock_time_get(id: u32, precision: u64, out: usize): u32;
@external("wasi_snapshot_preview1", "random_get") declare function random_get(at: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "sock_accept") declare function sock_accept(fd: u32, flags: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "sock_recv") declare function sock_recv(fd: u32, a: u32, b: u32, c: u32, d: usize, e: usize): u32;
@external("wasi_snapshot_preview1", "proc_exit") declare function proc_exit(code: u32): void;

const scratch = memory.data(64);
const chunk: u32 = 65536;
const buffer = heap.alloc(chunk);
const READ: u64 = 2, SEEK: u64 = 4, WRITE: u64 = 64, READDIR: u64 = 16384;

function writeBytes(fd: u32, at: usize, length: u32): u32 {
  store<u32>(scratch, <u32>at);
  store<u32>(scratch, length, 4);
  return fd_write(fd, scratch, 1, scratch + 8);
}
function print(fd: u32, text: string): void {
  const bytes = String.UTF8.encode(text);
  writeBytes(fd, changetype<usize>(bytes), bytes.byteLength);
}
function strings(environment: bool): string[] {
  if (environment) environ_sizes_get(scratch, scratch + 4); else args_sizes_get(scratch, scratch + 4);
  const count = load<u32>(scratch), bytes = load<u32>(scratch, 4);
  const list = heap.alloc(count * 4 + 4), text = heap.alloc(bytes + 4);
  if (environment) environ_get(list, text); else args_get(list, text);
  const out: string[] = [];
  for (let i: u32 = 0; i < count; i++) out.push(String.UTF8.decodeUnsafe(load<u32>(list + i * 4), 4096, true));
  return out;
}
/** Descriptor, or minus the error number. */
function open(path: string, oflags: u32, rights: u64): i32 {
  const bytes = String.UTF8.encode(path);
  const error = path_open(3, 0, changetype<usize>(bytes), bytes.byteLength, oflags, rights, rights, 0, scratch);
  return error ? -<i32>error : load<i32>(scratch);
}
function readChunk(fd: u32): u32 {
  store<u32>(scratch, <u32>buffer);
  store<u32>(scratch, chunk, 4);
  if (fd_read(fd, scratch, 1, scratch + 8)) unreachable();
  return load<u32>(scratch, 8);
}
function sum(path: string): void {
  const fd = open(path, 0, READ);
  if (fd < 0) { print(1, path + " error " + (-fd).toString() + "\\n"); return; }
  let total: u64 = 0, count: u64 = 0;
  for (let n = readChunk(fd); n > 0; n = readChunk(fd)) {
    for (let i: u32 = 0; i < n; i += 64) total += load<u8>(buffer + i);
    count += n;
  }
  fd_close(fd);
  print(1, path + " " + count.toString() + " " + total.toString() + "\\n");
}
function tail(path: string): void {
  const fd = open(path, 0, READ | SEEK);
  fd_seek(fd, -4, 2, scratch + 16);
  const n = readChunk(fd);
  print(1, path + " ends with ");
  writeBytes(1, buffer, n);
}
function write(path: string, text: string): void {
  const fd = open(path, 9, WRITE);
  print(fd, text);
  fd_close(fd);
}
function list(path: string): void {
  const fd = open(path, 2, READDIR);
  fd_readdir(fd, buffer, chunk, 0, scratch);
  const used = load<u32>(scratch);
  for (let at: u32 = 0; at + 24 <= used; ) {
    const length = load<u32>(buffer + at + 16);
    print(1, path + ": " + String.UTF8.decodeUnsafe(buffer + at + 24, length) + "\\n");
    at += 24 + length;
  }
}
function depth(n: u32): u32 { return n == 0 ? 0 : depth(n + 1) + 1; }
function fib(n: u32): u32 { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

const args = strings(false);
const what = args.length > 1 ? args[1] : "nothing";
if (what == "hello") {
  print(2, "begin\\nshoal:progress 0.5 half way\\n");
  for (let i = 0; i < args.length; i++) print(1, args[i] + "\\n");
  for (let i = 2; i < args.length; i++) sum(args[i]);
  write("out/first.txt", "first file");
  write("out/second.txt", "second file");
  print(2, "end");
} else if (what == "sum") { for (let i = 2; i < args.length; i++) sum(args[i]); }
else if (what == "tail") { tail(args[2]); }
else if (what == "exit") { print(2, "about to leave"); proc_exit(<u32>parseInt(args[2])); }
else if (what == "trap") { print(2, "about to trap"); unreachable(); }
else if (what == "loop") { print(2, "looping"); let x: u64 = 1; while (true) { x = x * 6364136223846793005 + 1; if (x == 0) print(1, "never"); } }
else if (what == "recurse") { print(1, depth(1).toString()); }
else if (what == "fib") { print(1, fib(<u32>parseInt(args[2])).toString()); }
else if (what == "memory") { print(2, "growing"); while (memory.grow(16) >= 0) store<u8>((memory.size() << 16) - 1, 1); unreachable(); }
else if (what == "memory-polite") { while (memory.grow(16) >= 0) {} print(2, "no more memory"); proc_exit(9); }
else if (what == "output") { while (true) writeBytes(1, buffer, chunk); }
else if (what == "output-file") { const fd = open("out/big", 1, WRITE); while (true) writeBytes(fd, buffer, chunk); }
else if (what == "temporary") { const fd = open("tmp/big", 1, WRITE); while (true) writeBytes(fd, buffer, chunk); }
else if (what == "files") { for (let i = 0; true; i++) fd_close(open("tmp/" + i.toString(), 1, WRITE)); }
else if (what == "descriptors") { let n = 0; while (open("tmp/one", 1, WRITE) >= 0) n++; print(1, n.toString()); }
else if (what == "log") { for (let i = 0; i < 100000; i++) print(2, "line " + i.toString() + "\\n"); }
else if (what == "write") {
  const fd = open(args[2], 9, WRITE);
  for (let i = 0, n = <i32>parseInt(args[3]); i < n; i++) { store<u32>(buffer, i); writeBytes(fd, buffer, chunk); }
}
else if (what == "surroundings") {
  const all = strings(true);
  for (let i = 0; i < all.length; i++) print(1, all[i] + "\\n");
  for (let id: u32 = 0; id < 2; id++) { clock_time_get(id, 1, scratch); print(1, load<u64>(scratch).toString() + "\\n"); }
  random_get(buffer, 16);
  for (let i = 0; i < 16; i++) print(1, load<u8>(buffer + i).toString() + " ");
  print(1, "\\n");
  list("."); list("in"); list("out"); list("tmp");
  for (let fd: u32 = 0; fd < 16; fd++) {
    const accept = sock_accept(fd, 0, scratch), recv = sock_recv(fd, scratch, 0, 0, scratch, scratch + 4);
    if (accept == 0 || recv == 0) print(1, "socket!\\n");
  }
} else if (what == "escape") {
  const tries = ["../etc/passwd", "/etc/passwd", "in/../../etc/passwd", "./../x", "..", "in/new", "new", "in\\\\..\\\\x", "out/../../x", "proc/self/environ", ""];
  for (let i = 0; i < tries.length; i++) print(1, tries[i] + " " + open(tries[i], 1, READ | WRITE).toString() + "\\n");
  store<u32>(buffer, 0xfe2f6e69); // "in/" and a byte that is never UTF-8
  print(1, "odd bytes " + path_open(3, 0, buffer, 4, 0, READ, 0, 0, scratch).toString() + "\\n");
  store<u32>(buffer, 0x00612f2f);
  print(1, "zero byte " + path_open(3, 0, buffer + 2, 2, 0, READ, 0, 0, scratch).toString() + "\\n");
  const target = String.UTF8.encode("/etc/passwd"), link = String.UTF8.encode("tmp/link");
  print(1, "symlink " + path_symlink(changetype<usize>(target), target.byteLength, 3, changetype<usize>(link), link.byteLength).toString() + "\\n");
  print(1, "outside memory " + fd_write(1, 0xfffffff0, 4, 0xfffffffc).toString() + "\\n");
}
`;
