import { compileOnce } from './probe.ts';

/**
 * A WASI command that holds on to everything that a snapshot must carry: an open file in /tmp, one in /out, an input read
 * bit by bit, a seeded random source, the clock, lines on stdout, a deep recursion, tables, memory that grows.
 * Its argument is how many rounds it makes.
 */
const wandererSource = `
// @ts-nocheck
@external("wasi_snapshot_preview1", "fd_write") declare function fd_write(fd: u32, iovs: usize, count: u32, written: usize): u32;
@external("wasi_snapshot_preview1", "fd_read") declare function fd_read(fd: u32, iovs: usize, count: u32, read: usize): u32;
@external("wasi_snapshot_preview1", "fd_pread") declare function fd_pread(fd: u32, iovs: usize, count: u32, at: u64, read: usize): u32;
@external("wasi_snapshot_preview1", "path_open") declare function path_open(fd: u32, lookup: u32, path: usize, len: u32, oflags: u32, rights: u64, inheriting: u64, flags: u32, out: usize): u32;
@external("wasi_snapshot_preview1", "path_unlink_file") declare function path_unlink_file(fd: u32, path: usize, len: u32): u32;
@external("wasi_snapshot_preview1", "args_sizes_get") declare function args_sizes_get(count: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "args_get") declare function args_get(list: usize, bytes: usize): u32;
@external("wasi_snapshot_preview1", "clock_time_get") declare function clock_time_get(id: u32, precision: u64, out: usize): u32;
@external("wasi_snapshot_preview1", "random_get") declare function random_get(at: usize, len: u32): u32;

const scratch = memory.data(64);
const block = memory.data(256);
function write(fd: u32, text: string): void {
  const bytes = String.UTF8.encode(text);
  store<u32>(scratch, <u32>changetype<usize>(bytes));
  store<u32>(scratch, bytes.byteLength, 4);
  if (fd_write(fd, scratch, 1, scratch + 8)) unreachable();
}
function open(path: string, oflags: u32, rights: u64): u32 {
  const bytes = String.UTF8.encode(path);
  if (path_open(3, 0, changetype<usize>(bytes), bytes.byteLength, oflags, rights, rights, 0, scratch)) unreachable();
  return load<u32>(scratch);
}
function read(fd: u32, length: u32, at: i64): u32 {
  store<u32>(scratch, <u32>block);
  store<u32>(scratch, length, 4);
  if (at < 0 ? fd_read(fd, scratch, 1, scratch + 8) : fd_pread(fd, scratch, 1, at, scratch + 8)) unreachable();
  let sum: u32 = 0;
  for (let i: u32 = 0; i < load<u32>(scratch, 8); i++) sum = sum * 31 + load<u8>(block + i);
  return sum;
}
function ackermann(m: u32, n: u32): u32 { return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1)); }
function halve(x: f64): f64 { return x / 2; }
function triple(x: f64): f64 { let y: f64 = 0; for (let i = 0; i < 3; i++) y += x; return y; }
const steps: ((x: f64) => f64)[] = [halve, triple];
function collatz(n: u32): u32 {
  let count: u32 = 0;
  let x: f64 = n;
  while (x != 1) { x = x % 2 == 0 ? steps[0](x) : steps[1](x) + 1; count++; }
  return count;
}
let total: u64 = 0;
let mean: f64 = 0;

args_sizes_get(scratch, scratch + 4);
const list = heap.alloc(load<u32>(scratch) * 4 + 4);
args_get(list, heap.alloc(load<u32>(scratch, 4) + 4));
const rounds = <u32>parseInt(String.UTF8.decodeUnsafe(load<u32>(list + 4), 64, true));
const input = open("in/input", 0, 2 | 4);
const diary = open("tmp/diary", 1, 2 | 4 | 64);
const result = open("out/result", 1, 64);
const hoard: StaticArray<u64>[] = [];
path_unlink_file(3, changetype<usize>(String.UTF8.encode("tmp/diary")), 9);
for (let round: u32 = 1; round <= rounds; round++) {
  random_get(block, 8);
  const dice = load<u64>(block);
  clock_time_get(1, 1, block);
  const time = load<u64>(block);
  write(diary, dice.toString() + "\\n");
  const page = new StaticArray<u64>(2000);
  for (let i = 0; i < page.length; i++) page[i] = dice ^ (<u64>i * 0x9e3779b97f4a7c15);
  hoard.push(page);
  let mixed: u64 = 0;
  for (let i = 0; i < hoard.length; i++) for (let j = 0; j < 2000; j += 7) mixed = mixed * 31 + hoard[i][j];
  total += mixed ^ <u64>(ackermann(2, 20 + (round % 7)) + collatz(1000 + round * 77) + read(input, 100, -1) + read(diary, 100, <i64>(round * 3)));
  mean += (<f64>(total % 1000) - mean) / <f64>round;
  write(1, "round " + round.toString() + " at " + time.toString() + ": " + total.toString() + " " + mean.toString() + "\\n");
  write(2, "shoal:progress " + (<f64>round / <f64>rounds).toString() + " round " + round.toString() + "\\n");
  write(result, total.toString() + ";");
}
write(2, "the end\\n");
`;

export const wandererProgram = (): Promise<Uint8Array> => compileOnce(wandererSource);
