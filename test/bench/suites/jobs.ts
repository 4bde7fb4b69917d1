import type { JobRequest } from '@shoal/peer';
import { programPath } from '@shoal/workloads';
import { startMesh, type Mesh } from '../peers/mesh.ts';
import { medianOf, quantile } from '../report/summary.ts';
import type { BenchContext, Suite } from '../suite.ts';

const noop = (request: Partial<JobRequest>): JobRequest => ({ program: programPath('noop'), count: 1, quorum: 1, ...request });

/** A unit of a held lease takes part of a millisecond where the machine is idle; these are what a person would not notice. */
const heldLeaseGoalsMs = { p50: 5, p99: 25 };
const newJobGoalMs = 60;

/** How long one unit that does nothing takes, from asking for it to holding its verified result. */
export const jobs: Suite = {
  name: 'jobs',
  title: 'one no-op unit, from submitting it to its verified result; two workers, all durable',
  async run(context) {
    await coldJob(context);
    const mesh = await startMesh(context, 'warm', { workers: 2, slots: 1 });
    await warmJobs(context, mesh);
    await mesh.stop();
    await heldLease(context);
  },
};

/** Nobody has the program, no sandbox has compiled it, no message stream is open. */
async function coldJob(context: BenchContext): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < (context.quick ? 1 : 3); round += 1) {
    const mesh = await startMesh(context, `cold-${round}`, { workers: 2, slots: 1 });
    times.push(...(await mesh.requester.ask('timeResults', noop({}))));
    await mesh.stop();
  }
  context.report({ name: 'jobs.cold', unit: 'ms', ...medianOf(times) });
}

/** A new job each time, one after the other, on workers that hold the program and keep it compiled. */
async function warmJobs({ quick, report }: BenchContext, { requester }: Mesh): Promise<void> {
  const rounds = quick ? 3 : 60;
  const repeat = async (time: () => Promise<number>): Promise<number[]> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await time());
    return times;
  };
  const toResult = async (request: JobRequest): Promise<number> => (await requester.ask('timeResults', request)).at(-1) ?? Number.NaN;
  for (let round = 0; round < (quick ? 1 : 10); round += 1) await toResult(noop({ quorum: 2 }));

  report({ name: 'jobs.first-bid', unit: 'ms', ...medianOf(await repeat(() => requester.ask('timeFirstBid', noop({})))) });
  const one = await repeat(() => toResult(noop({})));
  report({ name: 'jobs.new-job-p50', unit: 'ms', value: quantile(one, 0.5), goal: newJobGoalMs });
  report({ name: 'jobs.new-job-p99', unit: 'ms', value: quantile(one, 0.99) });
  const two = await repeat(() => toResult(noop({ quorum: 2 })));
  report({ name: 'jobs.new-job-quorum-2-p50', unit: 'ms', value: quantile(two, 0.5) });
}

/** One worker that holds one unit at a time: each is assigned, run, journalled and accepted before the next. */
async function heldLease(context: BenchContext): Promise<void> {
  const { quick, report } = context;
  const mesh = await startMesh(context, 'lease', { workers: 1, slots: 1 });
  const request = noop({ window: 1, count: quick ? 10 : 500 });
  await mesh.requester.ask('timeJob', request);
  const times = await mesh.requester.ask('timeResults', request);
  // The first result pays for the bid and the lease.
  const units = times.slice(1).map((time, i) => time - (times[i] as number));
  report({ name: 'jobs.held-lease-p50', unit: 'ms', value: quantile(units, 0.5), goal: heldLeaseGoalsMs.p50 });
  report({ name: 'jobs.held-lease-p99', unit: 'ms', value: quantile(units, 0.99), goal: heldLeaseGoalsMs.p99 });
  report({ name: 'jobs.held-lease-mean', unit: 'ms', value: units.reduce((sum, unit) => sum + unit, 0) / units.length });
  await mesh.stop();
}
