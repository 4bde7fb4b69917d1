import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileOnce } from '@shoal/sandbox/testing';
import type { Lab } from '../net/lab.ts';
import type { LabPeer } from './peer.ts';

export const bigResultBytes = 50 * 1_048_576;

/** Writes fifty megabytes, no two blocks alike, to a file of its output. */
const source = `
@external("wasi_snapshot_preview1", "fd_write") declare function fd_write(fd: u32, iovs: usize, count: u32, written: usize): u32;
@external("wasi_snapshot_preview1", "path_open") declare function path_open(fd: u32, lookup: u32, path: usize, len: u32, oflags: u32, rights: u64, inheriting: u64, flags: u32, out: usize): u32;
const scratch = memory.data(64);
const buffer = heap.alloc(65536);
const name = String.UTF8.encode("out/big");
path_open(3, 0, changetype<usize>(name), name.byteLength, 9, 64, 64, 0, scratch);
const file = load<u32>(scratch);
let seed: u64 = 88172645463325252;
for (let chunk = 0; chunk < 800; chunk++) {
  for (let at: usize = 0; at < 65536; at += 8) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    store<u64>(buffer + at, seed);
  }
  store<u32>(scratch, <u32>buffer, 8);
  store<u32>(scratch, 65536, 12);
  fd_write(file, scratch + 8, 1, scratch + 16);
}
`;

export async function writeBigProgram(lab: Lab): Promise<string> {
  const path = join(lab.folder, 'big.wasm');
  await writeFile(path, await compileOnce(source));
  return path;
}

/** Posts a job of one unit, waits for it, and brings its file. */
export async function runBig(requester: LabPeer, program: string, signal: AbortSignal): Promise<{ seconds: number; worker: string }> {
  const begin = performance.now();
  const { job } = await requester.client.submit({ program, name: 'big', count: 1, quorum: 1, outputBytes: bigResultBytes + 1_048_576, memoryBytes: 67_108_864 });
  for await (const view of requester.client.watch(job.id, { signal })) {
    if (view.state === 'failed' || view.state === 'cancelled') {
      const { units } = await requester.client.job(job.id);
      throw new Error(`the job is ${view.state}: ${JSON.stringify(units[0]?.reason)}`);
    }
  }
  for await (const result of requester.client.results(job.id, { signal })) {
    const bytes = await requester.client.resultFile(job.id, result.unit, 'big', { signal });
    if (bytes.byteLength !== bigResultBytes) throw new Error(`the result has ${bytes.byteLength} bytes, expected ${bigResultBytes}`);
    return { seconds: (performance.now() - begin) / 1_000, worker: result.workers[0] ?? '' };
  }
  throw new Error('the job has no result');
}
