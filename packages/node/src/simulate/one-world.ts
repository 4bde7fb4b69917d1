import { readScenario, runScenario, type RunReport, type Violation } from '@shoal/sim';
import type { Context } from '../cli/context.ts';
import { exitCodes } from '../exit-codes.ts';
import { commitOf } from './commit.ts';
import type { SimulateOptions } from './options.ts';
import { readText } from './written.ts';

/** Runs one world from a file, as a sweep wrote it, and says what it violates. */
export async function runOneWorld(context: Context, options: SimulateOptions & { scenario: string }): Promise<void> {
  const { out } = context;
  const scenario = readScenario(await readText(options.scenario));
  const report = reportOn(scenario);
  const again = `at ${await commitOf()}: shoal simulate --scenario ${options.scenario}`;
  if (options.json === true) out.line(JSON.stringify({ ...report, again }));
  else {
    const { violations } = report;
    out.line(`The world of ${options.scenario} (from seed ${scenario.seed}): ${violations.length === 0 ? out.style.green('no violation') : out.style.red(`${violations.length} violations`)}`);
    for (const { atMs, rule, text } of violations) out.line(`  ${out.style.bold(rule)}, after ${(atMs / 1_000).toFixed(1)} s: ${text}`);
    out.line(`  Again, ${again}`);
  }
  if (report.violations.length > 0) context.setExitCode(exitCodes.failed);
}

/** An engine that breaks off is a violation like any other. */
function reportOn(scenario: Parameters<typeof runScenario>[0]): RunReport | { seed: number; violations: Violation[] } {
  try {
    return runScenario(scenario);
  } catch (error) {
    return { seed: scenario.seed, violations: [{ atMs: 0, rule: 'assertion', text: error instanceof Error ? error.message : String(error) }] };
  }
}
