import { allowMutants, simulatorWith } from './hooks.ts';
import { mutants } from './list.ts';

/** `node hunt.ts 0:1-50 3:17 …`: mutants by number, and the seeds to try; prints the first one that kills it as a line of JSON. */
allowMutants();
for (const task of process.argv.slice(2)) {
  const [number, seeds] = task.split(':') as [string, string];
  const [from, to] = seeds.split('-').map(Number) as [number, number | undefined];
  const begunAt = performance.now();
  const { runSeed } = await simulatorWith(Number(number));
  let killed: { seed: number; rule: string; text: string } | undefined;
  for (let seed = from; seed <= (to ?? from) && killed === undefined; seed += 1) killed = kills(runSeed, seed);
  const { name } = mutants[Number(number)] as { name: string };
  process.stdout.write(`${JSON.stringify({ number: Number(number), name, ...(killed ?? { seed: null }), wallMs: Math.round(performance.now() - begunAt) })}\n`);
}

function kills(runSeed: (seed: number) => { violations: { rule: string; text: string }[] }, seed: number): { seed: number; rule: string; text: string } | undefined {
  try {
    const [first] = runSeed(seed).violations;
    return first === undefined ? undefined : { seed, rule: first.rule, text: first.text };
  } catch (error) {
    return { seed, rule: 'assertion', text: error instanceof Error ? error.message : String(error) };
  }
}
