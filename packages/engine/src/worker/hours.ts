import type { Turn } from '../engine.ts';
import { changesAt } from '../policy/hours.ts';
import { hoursRefusal } from '../policy/owner.ts';
import { advertiseSoon } from '../roster/adverts.ts';
import { leave } from './lease.ts';
import type { WorkedJob } from './job.ts';

export const hoursKey = 'hours';

/** The clock on the wall is looked at this often at least: it may be set, and the machine may sleep. */
const lookEveryMs = 3_600_000;

/** Whether this peer begins nothing of that job now: its owner lends it at other hours. */
export function isClosedFor({ engine }: Pick<Turn, 'engine'>, { requester }: Pick<WorkedJob, 'requester'>): boolean {
  return engine.closedAt !== undefined && requester !== engine.self;
}

/**
 * Obeys the owner's hours. When they end, nothing of others is begun any more and what waits goes back at once; what runs
 * has a grace to end in, is then saved where it can be, and goes to others. A lease is given up once nothing of it runs and
 * no result waits to be shown: that costs nobody anything at any hour.
 */
export function keepHours(turn: Turn): void {
  const { engine, now } = turn;
  const refusal = hoursRefusal(engine, now);
  if (refusal === undefined) return open(turn);
  if (engine.closedAt === undefined) {
    engine.closedAt = now;
    advertiseSoon(turn);
    watchHours(turn);
  }
  const { hoursGraceMs, haltMs } = engine.config.timings;
  const closedMs = now - engine.closedAt;
  for (const job of engine.worked.values()) {
    if (job.requester === engine.self) continue;
    if (job.queue.length > 0) Object.assign(job, { queue: [], reset: true, report: 'now' });
    if (closedMs >= hoursGraceMs) halt(turn, job);
    if ((job.running.size > 0 || job.isHalting) && closedMs < hoursGraceMs + haltMs) continue;
    if (job.running.size === 0 && job.done.size > 0) continue;
    turn.effects.push({ type: 'send', to: job.reportsTo, message: { type: 'unknownLease', job: job.job, lease: job.lease, reason: refusal } });
    leave(turn, job, refusal);
  }
}

/** Sets when to look again. */
export function watchHours({ engine, now }: Turn): void {
  const { policy, timings } = engine.config;
  if (policy.hours === undefined) return;
  const change = changesAt(policy.hours, now - engine.clockAheadMs);
  const graceEnds = engine.closedAt === undefined ? [] : [engine.closedAt + timings.hoursGraceMs, engine.closedAt + timings.hoursGraceMs + timings.haltMs];
  const times = [now + lookEveryMs, ...(change === undefined ? [] : [change + engine.clockAheadMs]), ...graceEnds];
  engine.timers.set(hoursKey, Math.min(...times.filter((at) => at > now)));
}

function open(turn: Turn): void {
  const { engine } = turn;
  if (engine.closedAt === undefined) return;
  engine.closedAt = undefined;
  for (const job of engine.worked.values()) Object.assign(job, { report: 'now', isHalting: false });
  advertiseSoon(turn);
  watchHours(turn);
}

function halt({ effects }: Turn, job: WorkedJob): void {
  for (const [unit, run] of job.running) {
    if (run.halted === true) continue;
    run.halted = job.isHalting = true;
    effects.push({ type: 'abort', job: job.job, unit, saves: true });
  }
}
