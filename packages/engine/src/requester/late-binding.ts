import type { Turn } from '../engine.ts';
import { liveLeases, type Lease, type RequestedJob } from './job.ts';
import { patienceMs } from './stragglers.ts';
import { reopen, runsWanted } from './units.ts';

/** What a worker has of this job and has not begun since then, as of its last report; the last to be begun first. */
function unbegun(lease: Lease, since: number): number[] {
  return [...lease.waiting].flatMap(([unit, waitsSince]) => (waitsSince <= since && lease.assigned.has(unit) ? [unit] : [])).reverse();
}

/** Takes back what its worker has not begun. Should it have begun meanwhile, its result counts all the same. */
function takeBack(turn: Turn, job: RequestedJob, lease: Lease, unit: number): void {
  reopen(turn, job, lease, unit);
  lease.toSpare.push(unit);
}

/**
 * Nothing is left to give, and this worker is idle: it gets what waits elsewhere for a slot, from whom most waits.
 * So the last units of a job end about together, whoever was given how many. What waits for too long goes to it in any
 * case: whatever holds it up there, a run that never ends or a lie, may hold it up for ever.
 */
export function steal(turn: Turn, job: RequestedJob, lease: Lease, most: number, mayTake: (unit: number) => boolean): number[] {
  const picked: number[] = [];
  if (lease.idle <= 0) return picked;
  const { now, engine } = turn;
  // From assignment to result, a window of waiting included: what is short is begun before it could be taken back, and would only be run twice.
  const isShort = (job.meanRunMs ?? Number.POSITIVE_INFINITY) < 2 * engine.config.timings.windowMs;
  const longAgo = now - patienceMs(turn, job);
  const queues = liveLeases(job)
    .filter((other) => other !== lease)
    .map((other) => ({ other, units: unbegun(other, isShort || other.idle > 0 ? longAgo : now) }))
    .sort((a, b) => b.units.length - a.units.length);
  for (const { other, units } of queues) {
    for (const unit of units) {
      if (picked.length >= Math.min(most, lease.idle)) return picked;
      if (!mayTake(unit)) continue;
      takeBack(turn, job, other, unit);
      if (runsWanted(turn, job, unit) <= 1) job.returned.delete(unit);
      picked.push(unit);
    }
  }
  return picked;
}

/** One of those who showed different results for a unit, and nobody knows yet who is wrong. */
function isInQuestion(job: RequestedJob, { worker }: Lease): boolean {
  for (const workers of job.disputes.values()) if (workers.includes(worker)) return true;
  return false;
}

/**
 * A peer whose results were contradicted, and that has no record since, gets nothing while there are enough others:
 * each of its runs would cost another one. What it has not begun goes to them. One in question has to wait while it
 * has other work; a stranger in question, until it is known who is wrong.
 */
export function isHeldBack(turn: Turn, job: RequestedJob, lease: Lease): boolean {
  const { standings } = turn.engine;
  const mayGoOn = lease.idle > 0 && !standings.isUnproven(lease.worker);
  if (!standings.isSuspect(lease.worker) && (mayGoOn || !isInQuestion(job, lease))) return false;
  let others = 0;
  for (const other of job.leases.values()) if (!other.lost && !standings.isSuspect(other.worker)) others += 1;
  return others > job.spec.verify.quorum;
}

export function takeBackAll(turn: Turn, job: RequestedJob, lease: Lease): void {
  for (const unit of unbegun(lease, turn.now)) takeBack(turn, job, lease, unit);
}
