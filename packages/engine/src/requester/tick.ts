import type { Turn } from '../engine.ts';
import { retake } from './assign.ts';
import { lingerMs } from './finish.ts';
import { openUnits, type RequestedJob } from './job.ts';
import { expireLeases } from './leases.ts';
import { expireOffers, seekWorkers } from './offers.ts';
import { refetch } from './outputs.ts';
import { chaseStragglers } from './stragglers.ts';

/** An open job is looked at this often even if nothing happens. */
const lookEveryMs = 1_000;

/** When its deadline comes by our own time, which clocks of others do not move. */
function deadlineOf({ clockAheadMs }: Turn['engine'], { spec: { deadline } }: RequestedJob): number {
  return deadline === undefined ? Number.POSITIVE_INFINITY : deadline + clockAheadMs;
}

/** A job's timer: what fell silent, who else could help, what to try again. */
export function tick(turn: Turn, job: RequestedJob): void {
  const { engine, now } = turn;
  if (job.outcome !== 'open') {
    if ((job.finishedAt ?? 0) + lingerMs <= now) {
      engine.requested.delete(job.job);
      engine.kept.forget(now - engine.config.timings.keepLeaseMs);
    } else engine.timers.set(job.timerKey, (job.finishedAt ?? 0) + lingerMs);
    return;
  }
  expireOffers(turn, job);
  const nextExpiry = expireLeases(turn, job);
  if (openUnits(job) > 0 && now >= job.quietUntil) seekWorkers(turn, job);
  chaseStragglers(turn, job);
  retake(job);
  refetch(turn, job);
  engine.timers.setNoLater(job.timerKey, Math.min(now + lookEveryMs, nextExpiry ?? Number.POSITIVE_INFINITY, deadlineOf(engine, job)));
}
