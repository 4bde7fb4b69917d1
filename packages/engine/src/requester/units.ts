import type { Cid, PeerId } from '@shoal/runtime';
import { limits, type FactOf, type Reason } from '@shoal/protocol';
import { bitAt } from '../bitmap.ts';
import type { Turn } from '../engine.ts';
import { whereaboutsOf } from '../ledger/shown.ts';
import { committersOf, failuresOf, votesOf, type UnitFacts } from '../ledger/unit-facts.ts';
import { takeRoom } from '../steward/room.ts';
import { independentOf } from '../verify/independent.ts';
import { tally, type Tally } from '../verify/tally.ts';
import { judge } from './audits.ts';
import { believedOn, disbelieve, forgetBelief, hold, isPromised, ripeUnits, standsAlone } from './belief.ts';
import { dropCheckpoint } from './checkpoints.ts';
import { leaseOf, liveLeases, workersOf, type Lease, type RequestedJob } from './job.ts';

function countedVotes(job: RequestedJob, unit: number): Map<PeerId, Cid> {
  const votes = votesOf(job.ledger.unit(unit), job.spec.verify.quorum > 1);
  if (job.judge !== undefined) votes.delete(job.judge);
  return votes;
}

function tallyOf(job: RequestedJob, unit: number): Tally {
  return tally(countedVotes(job, unit), job.spec.verify.quorum, (peer) => job.ledger.origins.get(peer));
}

/** How many more runs of a unit must be begun for its quorum. */
export function runsWanted({ now, engine }: Turn, job: RequestedJob, unit: number): number {
  if (job.settled.has(unit)) return 0;
  const active = job.active.get(unit);
  const facts = job.ledger.units.get(unit);
  const isRunning = (worker: PeerId): boolean => active !== undefined && [...active].some((lease) => lease.worker === worker);
  if (facts === undefined) return isPromised(job, unit, isRunning) ? 0 : job.spec.verify.quorum - (active?.size ?? 0);
  const votes = votesOf(facts, job.spec.verify.quorum > 1);
  const { revealPatienceMs } = engine.config.timings;
  const pending = committersOf(facts).filter((worker) => {
    // Whoever showed what does not open its commitment has shown all that will come.
    const lease = votes.has(worker) || facts.revealed.has(worker) ? undefined : leaseOf(job, worker);
    return lease?.lost === false && now - (lease.revealing.get(unit) ?? now) <= revealPatienceMs;
  });
  if (isPromised(job, unit, (worker) => isRunning(worker) || pending.includes(worker))) return 0;
  return tallyOf(job, unit).lacking - (active?.size ?? 0) - pending.length;
}

/** Looks at a unit after news of it: reveal, accept, give up, or run once more. */
export function evaluate(turn: Turn, job: RequestedJob, unit: number): void {
  if (job.settled.has(unit) || job.outcome !== 'open') return;
  const facts = job.ledger.unit(unit);
  const { winner, groups } = tallyOf(job, unit);
  if (groups.length > 1) {
    job.disputes.set(unit, groups.flatMap(({ workers }) => workers));
    forgetBelief(job, unit);
  }
  const believed = winner === undefined ? believedOn(job, unit, countedVotes(job, unit)) : undefined;
  if (winner !== undefined) accept(turn, job, unit, winner);
  else if (believed !== undefined) {
    const checked = hold(turn, job, unit, believed);
    if (checked !== undefined) job.returned.add(checked);
  } else if (!giveUp(turn, job, unit, facts)) {
    askReveals(job, unit);
    if (runsWanted(turn, job, unit) > 0) job.returned.add(unit);
  }
}

/** Accepts the lone results whose time has come. */
export function acceptRipe(turn: Turn, job: RequestedJob, isLast = false): void {
  if (job.outcome !== 'open') return;
  for (const unit of ripeUnits(job, isLast)) {
    const votes = countedVotes(job, unit);
    const worker = believedOn(job, unit, votes);
    if (worker !== undefined) accept(turn, job, unit, { result: votes.get(worker) as Cid, workers: [worker] });
  }
}

/** Their results were wrong: what stands on their word alone, and is not accepted yet, others have to confirm. */
export function withdrawTrust(turn: Turn, workers: readonly PeerId[]): void {
  for (const worker of workers) {
    for (const { job, units } of disbelieve(turn, worker)) for (const unit of units) evaluate(turn, job, unit);
  }
}

/** Once as many have committed as the quorum needs, and not before, those who did are asked to show. */
export function askReveals(job: RequestedJob, unit: number): void {
  const facts = job.ledger.units.get(unit);
  if (facts === undefined || job.spec.verify.quorum === 1 || (job.settled.has(unit) && !standsAlone(job, unit))) return;
  const committers = committersOf(facts);
  const isEnough = job.settled.has(unit) || isPromised(job, unit, (worker) => committers.includes(worker));
  if (!isEnough && independentOf(committers, (peer) => job.ledger.origins.get(peer)).length < job.spec.verify.quorum) return;
  for (const worker of committers) {
    if (facts.revealed.has(worker)) continue;
    const lease = leaseOf(job, worker);
    if (lease !== undefined && !lease.lost && !lease.revealing.has(unit)) lease.toReveal.add(unit);
  }
}

function accept(turn: Turn, job: RequestedJob, unit: number, winner: { result: Cid; workers: PeerId[] }): void {
  const fact: FactOf<'accepted'> = { kind: 'accepted', unit, result: winner.result, workers: winner.workers.slice(0, 2 * limits.maxQuorum) };
  turn.engine.outbox.state(job.job, fact, workersOf(job));
  settle(job, unit, 'accepted');
  dropCheckpoint(turn, job, unit);
  withdrawTrust(turn, judge(turn, job, unit, winner.result));
  for (const worker of winner.workers) {
    const lease = leaseOf(job, worker);
    if (lease !== undefined) lease.counts.accepted += 1;
  }
  bringOutputs(turn, job, unit, winner);
}

/** Linked outputs lie with the workers: bring them here, durably. */
export function bringOutputs(turn: Turn, job: RequestedJob, unit: number, winner: { result: Cid; workers: PeerId[] }): void {
  const failures = job.fetching.get(unit)?.failures ?? 0;
  const where = whereaboutsOf(job.ledger, unit, winner.result, failures);
  if (where === undefined || where.roots.length === 0 || !hasRoomFor(turn, job, unit, where.roots)) return;
  job.fetching.set(unit, { failures, retryAt: undefined });
  const { holders, ...what } = where;
  const from = [...new Set([...holders, ...winner.workers, ...job.ledger.delegations.trustees()])];
  turn.effects.push({ type: 'fetch', job: job.job, unit, ...what, from, for: job.authority === 'requester' ? 'self' : 'requester' });
}

/** A requester brings all that it asked for; its steward what it has room for: the rest stays with workers and keepers. */
function hasRoomFor({ engine }: Turn, job: RequestedJob, unit: number, roots: readonly { bytes: number }[]): boolean {
  const entrusted = job.authority === 'steward' ? engine.stewarded.get(job.job) : undefined;
  return entrusted === undefined || takeRoom(engine, entrusted, unit, roots.reduce((sum, { bytes }) => sum + bytes, 0));
}

/** Tries of a unit that fails from ever new causes are these many times as many: a cause is whatever a worker calls it. */
const maxCauses = 3;

/**
 * A unit that fails the same way everywhere, or too often, or comes out differently wherever it is run, is given up;
 * its reason reaches the person who asked.
 */
function giveUp(turn: Turn, job: RequestedJob, unit: number, facts: UnitFacts): boolean {
  const shown = votesOf(facts, job.spec.verify.quorum > 1).size;
  const { quorum } = job.spec.verify;
  if (shown >= 2 * quorum + job.spec.retries) {
    abandon(turn, job, unit, { code: 'results-differ', text: `${shown} peers ran it, and no ${quorum} came to the same result` });
    return true;
  }
  const byWorker = failuresOf(facts);
  const all = byWorker.flat();
  const last = all.sort((a, b) => a.at - b.at || (a.reason.text < b.reason.text ? -1 : 1)).at(-1);
  if (last === undefined) return false;
  const surely = byWorker.filter((failures) => failures.some((failure) => failure.deterministic)).length;
  const byItself = surely >= quorum;
  // One cause again and again says something about the unit; many once each, about the peers.
  const strikes = [...(job.strikes.get(unit)?.values() ?? [])];
  const areMany = strikes.some((times) => times > job.spec.retries) || strikes.reduce((sum, times) => sum + times, 0) > maxCauses * (job.spec.retries + 1);
  const isHopeless = areMany && (byWorker.length >= Math.max(2, quorum) || !mayOthersRun(job, unit, facts));
  if (!byItself && !isHopeless) return false;
  if (byItself) job.hopeless = { units: job.hopeless.units + 1, text: last.reason.text };
  abandon(turn, job, unit, last.reason);
  return true;
}

function abandon(turn: Turn, job: RequestedJob, unit: number, reason: Reason): void {
  turn.engine.outbox.state(job.job, { kind: 'abandoned', unit, reason }, workersOf(job));
  settle(job, unit, 'abandoned');
  dropCheckpoint(turn, job, unit);
}

/** Whether a worker is left that has neither failed nor done it: one peer's failures alone end nothing. */
function mayOthersRun(job: RequestedJob, unit: number, facts: UnitFacts): boolean {
  const { units } = job.spec;
  const isEverywhere = units.kind === 'count' || units.move === 'allowed';
  return liveLeases(job).some(({ worker, holds }) => !facts.failures.has(worker) && !facts.commitments.has(worker) && (isEverywhere || bitAt(holds, unit)));
}

export function settle(job: RequestedJob, unit: number, how: 'accepted' | 'abandoned'): void {
  job.settled.set(unit, how);
  job.settledOrder.push(unit);
  job.disputes.delete(unit);
  job.returned.delete(unit);
  job.deferred.delete(unit);
  job.overdue.delete(unit);
  job.progress.delete(unit);
  forgetBelief(job, unit);
  for (const lease of job.active.get(unit) ?? []) {
    lease.assigned.delete(unit);
    lease.toDrop.push(unit);
  }
  job.active.delete(unit);
  for (const lease of job.leases.values()) {
    lease.revealing.delete(unit);
    lease.toReveal.delete(unit);
  }
}

/** A run that will not end at this worker: the unit may need another one. */
export function reopen(turn: Turn, job: RequestedJob, lease: Lease, unit: number): void {
  lease.assigned.delete(unit);
  dropActive(job, lease, unit);
  if (runsWanted(turn, job, unit) > 0) job.returned.add(unit);
}

export function dropActive(job: RequestedJob, lease: Lease, unit: number): void {
  const active = job.active.get(unit);
  active?.delete(lease);
  if (active?.size === 0) job.active.delete(unit);
}
