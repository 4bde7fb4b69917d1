import type { PeerId } from '@shoal/runtime';
import { bitAt } from '../bitmap.ts';
import type { Engine, Turn } from '../engine.ts';
import type { UnitFacts } from '../ledger/unit-facts.ts';
import { backOffMs } from '../market/back-off.ts';
import { liveLeases, type Lease, type RequestedJob } from './job.ts';
import { invite } from './runners.ts';

/** Units that a peer whose work nobody ever confirmed gets for its idle slots: each that it lies about costs another run. */
const maxUnprovenUnits = 8;

/**
 * How many units a peer may be given at most, whatever it wants: none while it is avoided, then one until it ends one, and
 * one for each idle slot while the program has done nothing but fail, or while nobody ever confirmed what the peer did.
 */
export function roomOf(turn: Turn, job: RequestedJob, lease: Lease): number {
  const { engine, now } = turn;
  if (lease.avoidedUntil > now) {
    engine.timers.setNoLater(job.timerKey, lease.avoidedUntil);
    return 0;
  }
  if (lease.failuresInRow > 0) return Math.max(0, 1 - lease.assigned.size);
  const onlyFails = job.hopeless.units > 0 && job.hopeless.units === job.settled.size;
  if (onlyFails) return Math.max(lease.idle, 1 - lease.assigned.size);
  return job.spec.verify.quorum > 1 && engine.standings.isUnproven(lease.worker) ? roomOfStranger(job, lease) : Number.POSITIVE_INFINITY;
}

/** Each unit that a liar runs costs another run: a stranger gets few, and then, or where it has other work, none while its first result is being compared. */
function roomOfStranger({ settled, active }: RequestedJob, { idle, firstUnit, assigned, counts }: Lease): number {
  const room = Math.min(idle, maxUnprovenUnits - assigned.size - counts.committed);
  if (room > 0) return room;
  const isCompared = firstUnit === undefined || settled.has(firstUnit) || !active.has(firstUnit);
  return isCompared ? Math.max(0, 1 - assigned.size) : 0;
}

/** What a peer says of its idle slots, as far as it said before that it has so many. */
export function idleOf({ roster }: Engine, { ledger }: RequestedJob, worker: PeerId, idle: number): number {
  return Math.min(idle, ledger.bids.get(worker)?.slots ?? roster.get(worker)?.value.slots ?? 1);
}

/** A run whose result will be no vote, whatever it was: a failure, once a unit, and once for all that come to nothing together. */
export function failRun(turn: Turn, job: RequestedJob, lease: Lease, unit: number): void {
  const runner = invite(job, unit, lease.worker);
  if (runner.hasFailed) return;
  runner.hasFailed = true;
  lease.unshown.add(unit);
  if (lease.avoidedUntil > turn.now) return;
  turn.engine.standings.failed(lease.worker);
  avoid(turn, lease);
}

/** A run failed there that need not have: the peer gets nothing for a while, longer each time, until it ends one. */
export function avoid({ engine, now, random }: Turn, lease: Lease): void {
  const { retryMinMs, retryMaxMs } = engine.config.timings;
  if (lease.avoidedUntil > now) return; // of those that it had already, all may fail at once
  lease.failuresInRow += 1;
  lease.avoidedUntil = now + backOffMs(lease.failuresInRow, retryMinMs, retryMaxMs, random);
}

/**
 * Who decides between others, or checks one of them, is somebody whose results were confirmed before, where such a one has
 * a slot for it now and may run it: nobody waits for one that is busy, or that was given the unit already and says nothing.
 */
export function isForOthers({ engine: { standings } }: Turn, job: RequestedJob, { worker }: Lease, unit: number, facts: UnitFacts): boolean {
  if (!standings.isUnproven(worker)) return false;
  const { units } = job.spec;
  const isEverywhere = units.kind === 'count' || units.move === 'allowed';
  return liveLeases(job).some((other) => {
    const isFree = other.idle > 0 && other.want > 0 && job.active.get(unit)?.has(other) !== true && (isEverywhere || bitAt(other.holds, unit));
    return isFree && !standings.isUnproven(other.worker) && !standings.isSuspect(other.worker) && !facts.commitments.has(other.worker) && !facts.failures.has(other.worker);
  });
}
