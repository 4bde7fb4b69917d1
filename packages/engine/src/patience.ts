import type { Turn } from './engine.ts';
import type { RequestedJob } from './requester/job.ts';
import type { WorkedJob } from './worker/job.ts';

/** Says whether what an event brought may wait for company; of several in one event, the most urgent decides. */
export function mayWait(turn: Turn, isSo: boolean): void {
  turn.mayWait = (turn.mayWait ?? true) && isSo;
}

/** A worker's news can wait while its slots have work until they are told. */
export function workerMayWait({ engine }: Turn, job: WorkedJob): boolean {
  const { slots, timings } = engine.config;
  return job.meanMs !== undefined && (job.queue.length * job.meanMs) / Math.max(slots, 1) >= timings.companyMs;
}

/** A requester's can while more results are on their way, and nobody waits for units. */
export function requesterMayWait(job: RequestedJob): boolean {
  if (job.outcome !== 'open' || job.active.size === 0) return false;
  for (const lease of job.leases.values()) if (!lease.lost && lease.assigned.size < lease.want) return false;
  return true;
}
