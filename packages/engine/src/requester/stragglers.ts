import type { Turn } from '../engine.ts';
import { failRun } from './caution.ts';
import { liveLeases, type RequestedJob } from './job.ts';
import { runsWanted } from './units.ts';

/**
 * Looks for runs that take too long and for results that are not shown: the first get a backup once nothing else is
 * left to give, the second count no more.
 */
export function chaseStragglers(turn: Turn, job: RequestedJob): void {
  const { now, engine } = turn;
  const { revealPatienceMs } = engine.config.timings;
  const overdueAt = now - patienceMs(turn, job);
  for (const [unit, leases] of job.active) {
    let late = true;
    for (const lease of leases) late &&= (lease.assigned.get(unit) ?? now) <= overdueAt;
    if (late) job.overdue.add(unit);
    else job.overdue.delete(unit);
  }
  for (const lease of liveLeases(job)) {
    for (const [unit, askedAt] of lease.revealing) {
      if (now - askedAt <= revealPatienceMs) continue;
      failRun(turn, job, lease, unit);
      if (runsWanted(turn, job, unit) > 0) job.returned.add(unit);
    }
  }
}

/** How long a run may take, or wait for a slot, before somebody else gets the unit too. */
export function patienceMs({ engine }: Turn, job: RequestedJob): number {
  const { overdueFactor, overdueMinMs, overdueUnknownMs } = engine.config.timings;
  return job.meanRunMs === undefined ? overdueUnknownMs : Math.max(overdueMinMs, overdueFactor * job.meanRunMs);
}

/** A run ended with a result: what the next ones are measured by. */
export function noteRun(job: RequestedJob, tookMs: number): void {
  job.meanRunMs = job.meanRunMs === undefined ? tookMs : 0.8 * job.meanRunMs + 0.2 * tookMs;
}
