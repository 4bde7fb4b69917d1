import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const maxOutputBytes = 64 << 20;

/** Runs a program of this package in a process of its own, from its source, by this Node or another; returns its lines of JSON. */
export async function linesOf(program: string, args: readonly string[], node = process.execPath): Promise<unknown[]> {
  const { stdout } = await run(node, ['--conditions=@shoal/source', program, ...args], { maxBuffer: maxOutputBytes });
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
}
