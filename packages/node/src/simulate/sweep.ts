import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { drawScenario, outline, runScenario, shrink, sweepProgram, type Violation } from '@shoal/sim';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { NodeError } from '../errors.ts';
import { gauge } from '../output/bar.ts';
import { createLive } from '../output/live.ts';
import type { SimulateOptions } from './options.ts';

interface Line {
  seed: number;
  violations: Violation[];
  executions?: number;
  units?: number;
  messages?: number;
}

/** Failures shown, and of them, those that are cut down. */
const maxShown = 10;

/** Many random worlds in parallel processes; each failure comes with the command that repeats it. */
export async function runSweep(context: Context, options: SimulateOptions & { sweep: number }): Promise<void> {
  const begunAt = context.clock.monotonic();
  const live = createLive(context.err, context.clock);
  const totals = { seeds: 0, units: 0, executions: 0, messages: 0 };
  const failures: Line[] = [];
  const take = (line: Line): void => {
    totals.seeds += 1;
    totals.units += line.units ?? 0;
    totals.executions += line.executions ?? 0;
    totals.messages += line.messages ?? 0;
    if (line.violations.length > 0) failures.push(line);
    live.draw([`sweeping ${gauge(totals.seeds, options.sweep, 30)} ${totals.seeds} of ${options.sweep} worlds, ${failures.length} failed`]);
  };
  const processes = Math.min(options.processes, options.sweep);
  await interruptible(async (signal) => {
    const last = options.seed + options.sweep - 1;
    await Promise.all(Array.from({ length: processes }, (_, i) => sweepProcess([options.seed + i, last, processes], take, signal)));
  }, 'The sweep was stopped.').finally(() => live.end());
  const wallMs = Math.round(context.clock.monotonic() - begunAt);
  failures.sort((a, b) => a.seed - b.seed);
  if (options.json === true) {
    context.out.line(JSON.stringify({ ...totals, from: options.seed, failed: failures.map(({ seed, violations }) => ({ seed, violations: violations.slice(0, 3) })), wallMs }));
  } else report(context, options, { totals, failures, wallMs });
  if (failures.length > 0) context.setExitCode(1);
}

function report(
  context: Context,
  options: SimulateOptions,
  { totals, failures, wallMs }: { totals: Record<'seeds' | 'units' | 'executions' | 'messages', number>; failures: Line[]; wallMs: number },
): void {
  const { out } = context;
  const verdict = failures.length === 0 ? out.style.green('no violation') : out.style.red(`${failures.length} failed`);
  out.line(`${totals.seeds} worlds (seeds ${options.seed} to ${options.seed + totals.seeds - 1}): ${verdict}`);
  out.line(`  ${totals.units} units, ${totals.executions} executions, ${totals.messages} messages, in ${(wallMs / 1_000).toFixed(0)} s`);
  for (const { seed, violations } of failures.slice(0, maxShown)) {
    out.line(`${out.style.bold(`seed ${seed}`)}: ${violations[0]?.rule}: ${violations[0]?.text}`);
    out.line(`  again: shoal simulate --sweep 1 --seed ${seed}`);
  }
  const [first] = failures;
  if (first === undefined || totals.seeds > 1) return;
  const rule = first.violations[0]?.rule;
  out.line('  Cutting it down to what still fails…');
  const { scenario } = shrink(drawScenario(first.seed), (smaller) => runScenario(smaller).violations.some((violation) => violation.rule === rule));
  out.lines(outline(scenario).map((line) => `    ${line}`));
}

/** One process; ends when its seeds are done, or when the sweep is stopped. */
async function sweepProcess(range: readonly number[], take: (line: Line) => void, signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, sweepProgram, ...range.map(String)], { stdio: ['ignore', 'pipe', 'inherit'], signal, killSignal: 'SIGKILL' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line) as Line));
  const code = await ended;
  if (code !== 0) throw new NodeError('child-failed', `A process of the sweep ended with code ${code}, from seed ${range[0]} on`);
}
