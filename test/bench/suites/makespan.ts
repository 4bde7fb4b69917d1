import { programPath } from '@shoal/workloads';
import { startMesh, type Mesh } from '../peers/mesh.ts';
import type { BenchContext, Suite } from '../suite.ts';

const goal = 1.1;
/** The second worker's units get so much of a core. */
const slowShare = 0.5;

/**
 * Durations are those of the goal, 0.05 to 2 s, by four. What one worker holds ahead and how long it takes to hear of a
 * unit's end are not scaled, so that this is the harder case.
 */
const full = { units: 200, leastMs: 12.5, mostMs: 500, pacers: 8 };
const tiny = { units: 12, leastMs: 5, mostMs: 50, pacers: 2 };

/** How well units that differ are shared out between workers that differ. */
export const makespan: Suite = {
  name: 'makespan',
  title: '200 units of 0.0125 to 0.5 s (a quarter of 0.05 to 2 s), a worker at full speed and one at half, beside the ideal: all work over total speed',
  async run(context) {
    const { units, leastMs, mostMs, pacers } = context.quick ? tiny : full;
    const mesh = await startUnevenMesh(context);
    const perMs = await stepsPerMs(mesh, mostMs);
    const [least, most] = [Math.round(leastMs * perMs), Math.round(mostMs * perMs)];
    const before = await speeds(mesh, most, pacers);
    const results = await mesh.requester.ask('results', uneven(units, least, most));
    const after = await speeds(mesh, most, pacers);
    await mesh.stop();

    const ms = results.at(-1)?.ms ?? Number.NaN;
    const steps = results.reduce((sum, { text }) => sum + Number(text), 0);
    const stepsEachMs = ['fast', 'slow'].map((pace) => ((before[pace] as number) + (after[pace] as number)) / 2);
    const ideal = steps / stepsEachMs.reduce((sum, each) => sum + each, 0);
    context.report({ name: 'makespan.uneven', unit: 'ms', value: ms, beside: { what: 'the ideal', value: ideal }, goal });
    context.report({ name: 'makespan.slow-by-fast', unit: '%', value: ((stepsEachMs[1] as number) / (stepsEachMs[0] as number)) * 100 });
  },
};

const uneven = (count: number, least: number, most: number, pace?: string) => ({
  program: programPath('uneven'),
  args: [String(least), String(most)],
  count,
  quorum: 1,
  ...(pace === undefined ? {} : { where: `pace=${pace}` }),
});

async function startUnevenMesh(context: BenchContext): Promise<Mesh> {
  return startMesh(context, 'makespan', {
    workers: 2,
    slots: 1,
    each: (i) => (i === 0 ? { labels: { pace: 'fast' } } : { labels: { pace: 'slow' }, cpuShare: slowShare }),
  });
}

/** Roughly, at the worker of full speed: what the units' sizes are made of. */
async function stepsPerMs({ requester }: Mesh, ms: number): Promise<number> {
  const trial = 1_000_000;
  const took = async (steps: number): Promise<number> => requester.ask('timeJob', uneven(1, steps, steps, 'fast'));
  await took(trial);
  const rough = Math.max(1, await took(50 * trial));
  const steps = Math.round((50 * trial * ms) / rough);
  return steps / (await took(steps));
}

/** Steps that each worker does in a millisecond, both at work: from the end of its first unit to that of its last, so without the way to it. */
async function speeds({ requester }: Mesh, steps: number, units: number): Promise<Record<string, number>> {
  const measured = Object.entries({ fast: units, slow: Math.max(2, Math.round(units * slowShare)) }).map(async ([pace, more]) => {
    const times = await requester.ask('timeResults', uneven(1 + more, steps, steps, pace));
    const [first = Number.NaN] = times;
    return [pace, (steps * (times.length - 1)) / ((times.at(-1) ?? Number.NaN) - first)] as const;
  });
  return Object.fromEntries(await Promise.all(measured));
}
