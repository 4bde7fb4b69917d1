import { programPath } from '@shoal/workloads';
import { startMesh, type Mesh } from '../peers/mesh.ts';
import { medianOf } from '../report/summary.ts';
import type { BenchContext, Suite } from '../suite.ts';

/** Each unit is run twice, committed and revealed. */
const quorum2Goal = 0.45;

/** How many units that do nothing a mesh settles in a second: one requester, two workers, a process each. */
export const units: Suite = {
  name: 'units',
  title: 'no-op units of one job; one requester, two workers with a slot each, all durable',
  async run(context) {
    const { quick, report } = context;
    const mesh = await startMesh(context, 'units', { workers: 2, slots: 1 });
    await job(mesh, 1, quick ? 10 : 500);
    const count = quick ? 20 : 5_000;
    const one = await rounds(context, mesh, 1, count);
    report({ name: 'units.quorum-1', unit: 'units/s', ...medianOf(one.rates) });
    report({ name: 'units.quorum-1-requester-cpu', unit: 'us', ...medianOf(one.requesterUs) });
    report({ name: 'units.quorum-1-worker-cpu', unit: 'us', ...medianOf(one.workerUs) });
    const two = await rounds(context, mesh, 2, count);
    const beside = { what: 'quorum 1', value: medianOf(one.rates).value };
    report({ name: 'units.quorum-2', unit: 'units/s', ...medianOf(two.rates), beside, goal: quorum2Goal });
    report({ name: 'units.quorum-2-requester-cpu', unit: 'us', ...medianOf(two.requesterUs) });
    report({ name: 'units.quorum-2-worker-cpu', unit: 'us', ...medianOf(two.workerUs) });
    await mesh.stop();
  },
};

interface Rounds {
  rates: number[];
  /** Processor time of the requester for one unit. */
  requesterUs: number[];
  /** Processor time of a worker for one run, without the sandbox's. */
  workerUs: number[];
}

async function rounds({ quick }: BenchContext, mesh: Mesh, quorum: number, count: number): Promise<Rounds> {
  const result: Rounds = { rates: [], requesterUs: [], workerUs: [] };
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const before = await cpuMs(mesh);
    const ms = await job(mesh, quorum, count);
    const after = await cpuMs(mesh);
    result.rates.push((count * 1_000) / ms);
    result.requesterUs.push(((after.requester - before.requester) * 1_000) / count);
    result.workerUs.push(((after.workers - before.workers) * 1_000) / (count * quorum));
  }
  return result;
}

function job({ requester }: Mesh, quorum: number, count: number): Promise<number> {
  return requester.ask('timeJob', { program: programPath('noop'), count, quorum });
}

async function cpuMs({ requester, workers }: Mesh): Promise<{ requester: number; workers: number }> {
  const each = await Promise.all(workers.map((worker) => worker.ask('cpuMs')));
  return { requester: await requester.ask('cpuMs'), workers: each.reduce((sum, ms) => sum + ms, 0) };
}
