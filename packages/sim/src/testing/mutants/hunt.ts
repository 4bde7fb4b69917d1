import { allowMutants, simulatorWith } from './hooks.ts';
import { mutants, type Mutant } from './list.ts';

/** `node hunt.ts 0:1-50 3:17 …`: mutants by number, and the seeds to try; prints the first one that kills it, and the rule that it breaks, as a line of JSON. */
allowMutants();
for (const task of process.argv.slice(2)) {
  const [number, seeds] = task.split(':') as [string, string];
  const [from, to] = seeds.split('-').map(Number) as [number, number | undefined];
  const begunAt = performance.now();
  const { runSeed } = await simulatorWith(Number(number));
  const mutant = mutants[Number(number)] as Mutant;
  let killed: Kill | undefined;
  for (let seed = from; seed <= (to ?? from) && killed === undefined; seed += 1) killed = kills(mutant, runSeed, seed);
  process.stdout.write(`${JSON.stringify({ number: Number(number), name: mutant.name, ...(killed ?? { seed: null }), wallMs: Math.round(performance.now() - begunAt) })}\n`);
}

interface Kill {
  seed: number;
  rule: string;
  text: string;
}

/** By the rule that the mutant is known to break, where that is known; else by the first that is broken. */
function kills({ rule: known }: Mutant, runSeed: (seed: number) => { violations: { rule: string; text: string }[] }, seed: number): Kill | undefined {
  const [found] = violationsOf(runSeed, seed).filter(({ rule }) => known === undefined || rule === known);
  return found === undefined ? undefined : { seed, rule: found.rule, text: found.text };
}

function violationsOf(runSeed: (seed: number) => { violations: { rule: string; text: string }[] }, seed: number): { rule: string; text: string }[] {
  try {
    return runSeed(seed).violations;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [{ rule: text.startsWith('Time stands still') ? 'time stands still' : 'assertion', text }];
  }
}
