import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { ExecutionOutcome, Executor } from '@shoal/runtime';
import { sandboxProcesses } from './processes.ts';
import { execute, type RequestOptions } from './request.ts';

/** Each way in which a unit can end badly, with the code that it must end with. */
export const waysToDie: readonly { args: string[]; limits?: RequestOptions['limits']; code: string }[] = [
  { args: ['trap'], code: 'program-trapped' },
  { args: ['exit', '1'], code: 'program-exited' },
  { args: ['memory'], code: 'memory-exceeded' },
  { args: ['output'], code: 'output-exceeded' },
  { args: ['files'], code: 'files-exceeded' },
  { args: ['recurse'], code: 'depth-exceeded' },
  { args: ['loop'], limits: { fuel: 100_000 }, code: 'fuel-exceeded' },
  { args: ['loop'], limits: { wallMs: 5 }, code: 'wall-time-exceeded' },
];

export interface Remains {
  processes: number;
  /** Open descriptors of this process; -1 where they cannot be counted. */
  descriptors: number;
  temporaryFiles: number;
  memoryBytes: number;
  /** Of it, what JavaScript holds: objects, and buffers outside its heap. */
  heldBytes: number;
}

export function remains(): Remains {
  (globalThis as { gc?: () => void }).gc?.();
  return {
    processes: sandboxProcesses().length,
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : -1,
    temporaryFiles: readdirSync(tmpdir()).filter((name) => name.startsWith(`shoal-sandbox-${process.pid}-`)).length,
    memoryBytes: process.memoryUsage().rss,
    heldBytes: process.memoryUsage().heapUsed + process.memoryUsage().external,
  };
}

/** Runs so many units that die, in turns of every way; gives those that ended otherwise than they must. */
export async function dieOften(executor: Executor, probe: Uint8Array, count: number): Promise<string[]> {
  const wrong: string[] = [];
  const one = async (i: number): Promise<void> => {
    const way = waysToDie[i % waysToDie.length] as (typeof waysToDie)[number];
    const outcome: ExecutionOutcome = await execute(executor, probe, { args: way.args, ...(way.limits === undefined ? {} : { limits: way.limits }) });
    const code = outcome.ok ? 'none' : outcome.failure.code;
    if (code !== way.code) wrong.push(`${way.args.join(' ')}: ${code}, expected ${way.code}`);
  };
  await Promise.all(Array.from({ length: count }, (_, i) => one(i)));
  return wrong;
}
