import { drawScenario, noFaults, runScenario, runSeed, type RunReport, type Scenario } from '../index.ts';

/** `agree-child calm SEED`: a calm world; `agree-child drawn SEED`: the world of a seed. Both with stand-in and real signatures, a line each. */
const [kind, seed] = process.argv.slice(2) as [string, string];

/** No fault, no liar, one job: nothing in it depends on how entries are called. */
function calm(of: number): Scenario {
  const drawn = drawScenario(of);
  const [job] = drawn.jobs;
  if (job === undefined) throw new Error('a scenario has a job');
  const { cancelAfterMs: _, ...kept } = job;
  return { ...drawn, kinds: {}, hostile: {}, vanishing: 0, clockDrift: 0, timings: {}, faults: noFaults, jobs: [{ ...kept, quorum: 2, adaptive: false }] };
}

const run = (realCrypto: boolean): RunReport => {
  const options = { realCrypto, sizesOnly: true };
  return kind === 'calm' ? runScenario(calm(Number(seed)), options) : runSeed(Number(seed), options);
};
for (const realCrypto of [false, true]) process.stdout.write(`${JSON.stringify(run(realCrypto))}\n`);
