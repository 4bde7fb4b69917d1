import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { sweepProgram } from '@shoal/sim';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { NodeError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { gauge } from '../output/bar.ts';
import { createLive } from '../output/live.ts';
import { humanDuration } from '../output/quantities.ts';
import type { SimulateOptions } from './options.ts';
import { reportSweep } from './sweep-report.ts';
import type { Swept, World } from './swept.ts';

/** Where nobody watches a terminal, a line this often says that it goes on. */
const noteEveryMs = 30_000;

/** Many random worlds in parallel processes; each failure comes with the command that repeats it. Ctrl-C ends it with what was found. */
export async function runSweep(context: Context, options: SimulateOptions & { sweep: number }): Promise<void> {
  const swept: Swept = { from: options.seed, wanted: options.sweep, done: new Set(), units: 0, executions: 0, messages: 0, failures: [], wallMs: 0, interrupted: false };
  const processes = Math.min(options.processes, options.sweep);
  const last = options.seed + options.sweep - 1;
  const watching = watch(context, swept);
  try {
    await interruptible(async (signal) => {
      await Promise.all(Array.from({ length: processes }, (_, i) => sweepProcess([options.seed + i, last, processes], watching.take, signal)));
    });
  } catch (error) {
    if (!(error instanceof NodeError) || error.code !== 'interrupted') throw error;
    swept.interrupted = true;
  } finally {
    watching.end();
  }
  swept.failures.sort((a, b) => a.seed - b.seed);
  await reportSweep(context, options, swept);
  if (swept.failures.length > 0) context.setExitCode(exitCodes.failed);
  else if (swept.interrupted) context.setExitCode(exitCodes.interrupted);
}

/** Counts what comes, and shows how far it is and how long it still takes. */
function watch(context: Context, swept: Swept): { take: (world: World) => void; end: () => void } {
  const { clock, err } = context;
  const begunAt = clock.monotonic();
  const live = createLive(err, clock);
  let notedAt = begunAt;
  const take = (world: World): void => {
    swept.done.add(world.seed);
    swept.units += world.units ?? 0;
    swept.executions += world.executions ?? 0;
    swept.messages += world.messages ?? 0;
    if (world.violations.length > 0) swept.failures.push(world);
    const now = clock.monotonic();
    swept.wallMs = Math.round(now - begunAt);
    const done = swept.done.size;
    const rate = done / Math.max(0.001, swept.wallMs / 1_000);
    const left = humanDuration(((swept.wanted - done) / rate) * 1_000);
    const line = `${done} of ${swept.wanted} worlds, ${rate.toFixed(1)} a second, ${left} left, ${swept.failures.length} failed`;
    live.draw([`sweeping ${gauge(done, swept.wanted, 24)} ${line}`]);
    if (err.isTTY || now - notedAt < noteEveryMs) return;
    notedAt = now;
    err.line(line);
  };
  return { take, end: () => live.end() };
}

/** One process; ends when its seeds are done, or when the sweep is stopped. */
async function sweepProcess(range: readonly number[], take: (world: World) => void, signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, sweepProgram, ...range.map(String)], { stdio: ['ignore', 'pipe', 'inherit'], signal, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line) as World));
  const code = await ended;
  signal.throwIfAborted();
  if (code !== 0) throw new NodeError('child-failed', `A process of the sweep ended with code ${code}, from seed ${range[0]} on`);
}
