import { programPath } from '@shoal/workloads';
import { startMesh } from '../peers/mesh.ts';
import { medianOf, quantile } from '../report/summary.ts';
import { startBullMq } from '../rivals/bullmq.ts';
import { startDask } from '../rivals/dask.ts';
import { startPiscina } from '../rivals/piscina.ts';
import { NotInstalled, type Rival } from '../rivals/rival.ts';
import type { BenchContext, Suite } from '../suite.ts';

/** Of each rival's figure, ours should be at least so much (rate) or at most so much (latency). */
const goals: Record<string, { rate?: number; latency?: number }> = { Dask: { rate: 4, latency: 1 }, BullMQ: { rate: 0.5 }, Piscina: {} };

/** What people would use instead, on the same machine, taking turns with us. */
export const rivals: Suite = {
  name: 'rivals',
  title: 'no-op tasks a second and one task after the other: Shoal (encrypted, sandboxed, durable) beside others; two workers each',
  async run(context) {
    const { quick } = context;
    const others: Rival[] = [];
    try {
      await startAll(others);
      const mesh = await startMesh(context, 'rivals', { workers: 2, slots: 1 });
      const ours: Rival = {
        name: 'Shoal',
        rate: async (count) => (count * 1_000) / (await mesh.requester.ask('timeJob', { program: programPath('noop'), count, quorum: 1 })),
        latencies: async (count) => {
          const times = await mesh.requester.ask('timeResults', { program: programPath('noop'), count, quorum: 1, window: 1 });
          return times.slice(1).map((time, i) => time - (times[i] as number));
        },
        stop: () => mesh.stop(),
      };
      await compare(context, [ours, ...others], quick ? 20 : 5_000, quick ? 20 : 20_000, quick ? 3 : 200);
      await ours.stop();
    } finally {
      await Promise.all(others.map((rival) => rival.stop()));
    }
  },
};

/** Into the list as they start, so that one that fails leaves none of the others running. */
async function startAll(started: Rival[]): Promise<void> {
  for (const start of [startDask, startBullMq, startPiscina]) {
    try {
      started.push(await start());
    } catch (error) {
      if (!(error instanceof NotInstalled)) throw error;
      process.stderr.write(`Going on without one: there is no ${error.message} (scripts/bench-peers.sh installs it)\n`);
    }
  }
}

async function compare({ quick, report }: BenchContext, all: Rival[], theirTasks: number, ourTasks: number, singles: number): Promise<void> {
  const rates = new Map(all.map((rival) => [rival, [] as number[]]));
  const times = new Map(all.map((rival) => [rival, [] as number[]]));
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    for (const rival of all) {
      rates.get(rival)?.push(await rival.rate(rival === all[0] ? ourTasks : theirTasks));
      times.get(rival)?.push(...(await rival.latencies(singles)));
    }
  }
  const [ours, ...others] = all as [Rival, ...Rival[]];
  const rate = medianOf(rates.get(ours) as number[]);
  const latency = quantile(times.get(ours) as number[], 0.5);
  report({ name: 'rivals.units', unit: 'units/s', ...rate });
  report({ name: 'rivals.one-after-the-other', unit: 'ms', value: latency });
  for (const other of others) {
    const slug = other.name.toLowerCase();
    const goal = goals[other.name];
    report({ name: `rivals.units-beside-${slug}`, unit: 'units/s', value: rate.value, beside: { what: other.name, value: medianOf(rates.get(other) as number[]).value }, goal: goal?.rate });
    report({ name: `rivals.one-beside-${slug}`, unit: 'ms', value: latency, beside: { what: other.name, value: quantile(times.get(other) as number[], 0.5) }, goal: goal?.latency });
  }
}
