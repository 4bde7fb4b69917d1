// What a Shoal program sees of the world: arguments, environment, /in, /out, standard output and log.
import {
  args_get, args_sizes_get, environ_get, environ_sizes_get, fd_close, fd_prestat_dir_name, fd_prestat_get,
  fd_read, fd_write, path_open, proc_exit,
} from './wasi_snapshot_preview1.ts';

const STDOUT = 1;
const STDERR = 2;
const RIGHT_READ: u64 = 1 << 1;
const RIGHT_WRITE: u64 = 1 << 6;
const CREATE_TRUNCATE = 1 | 8;
const OUTPUT_BUFFER_BYTES: usize = 16 * 1024;

// One pair of words for results, one buffer-and-length vector: a program has one thread.
const result = memory.data(8);
const vector = memory.data(8);

/** The program's arguments, without its own name. */
export function args(): string[] {
  check(args_sizes_get(result, result + 4), 'read the arguments');
  const count = load<u32>(result);
  const pointers = heap.alloc(count * 4 + load<u32>(result, 4));
  check(args_get(pointers, pointers + count * 4), 'read the arguments');
  const list: string[] = [];
  for (let i: u32 = 1; i < count; i++) list.push(textAt(load<u32>(pointers + i * 4)));
  return list;
}

/** An environment variable, or '' when it is not set. */
export function env(name: string): string {
  check(environ_sizes_get(result, result + 4), 'read the environment');
  const count = load<u32>(result);
  const pointers = heap.alloc(count * 4 + load<u32>(result, 4));
  check(environ_get(pointers, pointers + count * 4), 'read the environment');
  for (let i: u32 = 0; i < count; i++) {
    const entry = textAt(load<u32>(pointers + i * 4));
    if (entry.startsWith(name + '=')) return entry.substring(name.length + 1);
  }
  return '';
}

/** Which unit of the job this run is, from 0. */
export function unitIndex(): i32 {
  return countFrom('SHOAL_UNIT_INDEX', 0);
}

/** How many units the job has. */
export function unitCount(): i32 {
  return countFrom('SHOAL_UNIT_COUNT', 1);
}

function countFrom(name: string, fallback: i32): i32 {
  const text = env(name);
  return text == '' ? fallback : I32.parseInt(text);
}

/** Writes text to standard output: the unit's result. */
export function print(text: string): void {
  writeText(STDOUT, text);
}

/** Writes a line to the log, which is shown but is no part of the result. */
export function log(text: string): void {
  writeText(STDERR, text + '\n');
}

/** Ends the program; any code but 0 fails the unit. */
export function exit(code: i32): void {
  proc_exit(code);
}

/** Says why on the log and fails the unit. */
export function fail(reason: string): void {
  log(reason);
  proc_exit(1);
  unreachable();
}

/** A file being read from its beginning to its end. */
export class Input {
  private fd: i32;

  constructor(private path: string) {
    this.fd = open(path, 0, RIGHT_READ);
  }

  /** Reads up to `max` bytes to `into`; 0 at the end of the file. */
  read(into: usize, max: usize): usize {
    store<u32>(vector, <u32>into, 0);
    store<u32>(vector, <u32>max, 4);
    check(fd_read(this.fd, vector, 1, result), 'read ' + this.path);
    return load<u32>(result);
  }

  close(): void {
    check(fd_close(this.fd), 'close ' + this.path);
  }
}

/** A new file in /out. What is written is gathered, so close it in the end. */
export class Output {
  private fd: i32;
  private buffer: usize = heap.alloc(OUTPUT_BUFFER_BYTES);
  private filled: usize = 0;

  constructor(private path: string) {
    this.fd = open(path, CREATE_TRUNCATE, RIGHT_WRITE);
  }

  write(bytes: usize, count: usize): void {
    if (this.filled + count > OUTPUT_BUFFER_BYTES) this.flush();
    if (count > OUTPUT_BUFFER_BYTES) {
      writeBytes(this.fd, bytes, count);
    } else {
      memory.copy(this.buffer + this.filled, bytes, count);
      this.filled += count;
    }
  }

  print(text: string): void {
    const bytes = String.UTF8.encode(text);
    this.write(changetype<usize>(bytes), bytes.byteLength);
  }

  close(): void {
    this.flush();
    check(fd_close(this.fd), 'close ' + this.path);
  }

  private flush(): void {
    writeBytes(this.fd, this.buffer, this.filled);
    this.filled = 0;
  }
}

/** Opens an absolute path under the mounted folder (/in, /out) that is nearest to it. */
function open(path: string, create: i32, rights: u64): i32 {
  let folder = -1;
  let prefix = 0;
  for (let fd = 3; fd_prestat_get(fd, result) == 0; fd++) {
    const bytes = load<u32>(result, 4);
    const text = heap.alloc(bytes);
    check(fd_prestat_dir_name(fd, text, bytes), 'look at the mounted folders');
    const name = String.UTF8.decodeUnsafe(text, bytes, true);
    const mount = name.endsWith('/') ? name : name + '/';
    if (path.startsWith(mount) && mount.length > prefix) {
      folder = fd;
      prefix = mount.length;
    }
  }
  if (folder < 0) fail('Cannot open ' + path + ': not in a mounted folder; inputs are under /in, outputs under /out');
  const relative = String.UTF8.encode(path.substring(prefix));
  check(path_open(folder, 0, changetype<usize>(relative), relative.byteLength, create, rights, 0, 0, result), 'open ' + path);
  return load<i32>(result);
}

/** Text in UTF-8 that a zero byte ends. */
function textAt(start: usize): string {
  let end = start;
  while (load<u8>(end) != 0) end++;
  return String.UTF8.decodeUnsafe(start, end - start);
}

function writeText(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  writeBytes(fd, changetype<usize>(bytes), bytes.byteLength);
}

function writeBytes(fd: i32, bytes: usize, count: usize): void {
  while (count > 0) {
    store<u32>(vector, <u32>bytes, 0);
    store<u32>(vector, <u32>count, 4);
    // Failing is no use when the log itself cannot be written.
    if (fd_write(fd, vector, 1, result) != 0) proc_exit(1);
    const written = load<u32>(result);
    bytes += written;
    count -= written;
  }
}

function check(error: i32, what: string): void {
  if (error != 0) fail('Cannot ' + what + ': WASI error ' + error.toString());
}

/** Where AssemblyScript's own checks end (see "use" in asconfig.json): an index out of bounds, a failed assert. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const text = message ? message : 'aborted';
  fail(text + ' (' + (file ? file : '?') + ':' + line.toString() + ':' + column.toString() + ')');
}
