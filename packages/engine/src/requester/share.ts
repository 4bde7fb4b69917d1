import { liveLeases, type Lease, type RequestedJob } from './job.ts';

/** Slots of a worker, by its bid. */
function slotsOf({ ledger }: RequestedJob, { worker }: Lease): number {
  return ledger.bids.get(worker)?.slots ?? 1;
}

/**
 * How many more units of those that are left a worker may be given: its part of them by its slots, those that it has among them,
 * and whatever its idle slots can begin. Short units are not taken back from a queue, so whoever asks first must not get all of
 * the last ones. As units are settled the parts shrink, and who is faster comes more often.
 */
export function shareOf(job: RequestedJob, lease: Lease): number {
  const left = (job.units - job.settled.size) * job.spec.verify.quorum + job.audits.size;
  let slots = 0;
  for (const each of liveLeases(job)) slots += slotsOf(job, each);
  const part = Math.max(1, Math.ceil((left * slotsOf(job, lease)) / Math.max(1, slots)));
  return Math.max(part - lease.assigned.size, lease.idle);
}
