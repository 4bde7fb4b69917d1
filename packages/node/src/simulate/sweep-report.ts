import { drawScenario, outline, runScenario, shrink, writeScenario } from '@shoal/sim';
import type { Context } from '../cli/context.ts';
import { humanCount, humanDuration } from '../output/quantities.ts';
import { commitOf } from './commit.ts';
import type { SimulateOptions } from './options.ts';
import { writeText } from './written.ts';
import type { Swept, World } from './swept.ts';

/** Failures shown one by one. */
const maxShown = 10;

/** Tells what a sweep found, and cuts its first failure down. */
export async function reportSweep(context: Context, options: SimulateOptions, swept: Swept): Promise<void> {
  const { out } = context;
  const { failures, units, executions, messages, wallMs, interrupted } = swept;
  const commit = await commitOf();
  const seeds = swept.done.size;
  const goOnAt = interrupted ? firstNotDone(swept) : undefined;
  if (options.json === true) {
    const failed = failures.map(({ seed, violations }) => ({ seed, violations: violations.slice(0, 3), again: again(seed) }));
    out.line(JSON.stringify({ seeds, from: swept.from, units, executions, messages, failed, commit, interrupted, ...(goOnAt === undefined ? {} : { goOnAt }), wallMs }));
    return;
  }
  const verdict = failures.length === 0 ? out.style.green('no violation') : out.style.red(`${failures.length} failed`);
  const which = interrupted ? `of the ${humanCount(swept.wanted)} from seed ${swept.from} on; stopped` : `seeds ${swept.from} to ${swept.from + swept.wanted - 1}`;
  out.line(`${humanCount(seeds)} worlds (${which}): ${verdict}`);
  out.line(`  ${humanCount(units)} units, ${humanCount(executions)} executions, ${humanCount(messages)} messages, in ${humanDuration(wallMs)}, at ${commit}`);
  if (goOnAt !== undefined) out.line(`  To go on: shoal simulate --sweep ${swept.from + swept.wanted - goOnAt} --seed ${goOnAt}`);
  for (const { seed, violations } of failures.slice(0, maxShown)) {
    out.line(`${out.style.bold(`seed ${seed}`)}: ${violations[0]?.rule}: ${violations[0]?.text}`);
    out.line(`  Again, at ${commit}: ${again(seed)}`);
  }
  const [first] = failures;
  if (first !== undefined && !interrupted) await cutDown(context, first, options.saveScenario);
}

function again(seed: number): string {
  return `shoal simulate --sweep 1 --seed ${seed}`;
}

/** Where a sweep that was stopped can go on; worlds beyond it that are done already are run again. */
function firstNotDone({ from, done }: Swept): number {
  let seed = from;
  while (done.has(seed)) seed += 1;
  return seed;
}

/** Less of everything, as long as it fails in the same way: what is left is what it takes. */
async function cutDown({ out }: Context, { seed, violations }: World, file: string | undefined): Promise<void> {
  const rule = violations[0]?.rule;
  out.line(`Cutting seed ${seed} down to what still fails…`);
  const { scenario, runs } = shrink(drawScenario(seed), (smaller) => failsBy(smaller) === rule);
  out.lines([`  after ${runs} runs:`, ...outline(scenario).map((line) => `    ${line}`)]);
  if (file === undefined) return;
  await writeText(file, writeScenario(scenario));
  out.line(`  Again, cut down: shoal simulate --scenario ${file}`);
}

function failsBy(scenario: Parameters<typeof runScenario>[0]): string | undefined {
  try {
    return runScenario(scenario).violations[0]?.rule;
  } catch {
    return 'assertion'; // as the processes of a sweep call it
  }
}
