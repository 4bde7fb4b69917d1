import { resolve } from 'node:path';
import { htmlOf, steps, type Study, type StudyFigures } from '@shoal/sim';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { gauge } from '../output/bar.ts';
import { createLive } from '../output/live.ts';
import { commitOf } from './commit.ts';
import { studyCommand, type SimulateOptions } from './options.ts';
import { reportLines } from './report.ts';
import { checkWritable, writeText } from './written.ts';

/** Simulates one mesh, and tells how it went. */
export async function runStudy(context: Context, options: SimulateOptions): Promise<void> {
  if (options.html !== undefined) await checkWritable(options.html); // not after an hour of simulating
  const begunAt = context.clock.monotonic();
  const study = await interruptible((signal) => stepwise(context, options, signal), 'The simulation was stopped; nothing was written.');
  const figures: StudyFigures = { ...study.figures, wallMs: Math.round(context.clock.monotonic() - begunAt) };
  if (options.html !== undefined) await writeText(options.html, htmlOf(study, figures));
  if (options.json === true) context.out.line(JSON.stringify(figures));
  else {
    context.out.lines(reportLines(study, figures, context.out.style));
    if (options.html !== undefined) context.out.line(`  Plots: ${resolve(options.html)}`);
  }
  if (figures.violations === 0) return;
  const { err } = context;
  if (options.json === true) for (const { rule, text } of study.violations) err.line(`${rule}: ${text}`);
  err.line(`Again, with seed ${options.seed} at ${await commitOf()}: ${studyCommand(options)}`);
  context.setExitCode(1);
}

async function stepwise(context: Context, options: SimulateOptions, signal: AbortSignal): Promise<Study> {
  const live = createLive(context.err, context.clock);
  const run = steps(options);
  try {
    for (;;) {
      const next = run.next();
      if (next.done === true) return next.value;
      const { done, sample } = next.value;
      live.draw([`simulating ${gauge(done, 1, 30)} ${sample.unitsAccepted} units accepted, ${sample.peersUp} peers up`]);
      await new Promise<void>((resolve) => context.clock.soon(resolve)); // Ctrl-C gets its turn
      signal.throwIfAborted();
    }
  } finally {
    live.end();
  }
}
