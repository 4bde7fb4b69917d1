import type { Cid, PeerId } from '@shoal/runtime';
import { limits, type FactOf, type Reason } from '@shoal/protocol';
import { bitAt } from '../bitmap.ts';
import type { Turn } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import { committersOf, failuresOf, votesOf, type UnitFacts } from '../ledger/unit-facts.ts';
import { independentOf, isIndependent } from '../verify/independent.ts';
import { tally, type Tally } from '../verify/tally.ts';
import { judge } from './audits.ts';
import { believedOn, disbelieve, endCheck, forgetBelief, hold, isPromised, ripeUnits, standsAlone } from './belief.ts';
import { dropCheckpoint } from './checkpoints.ts';
import { bringOutputs, noteUnfetched } from './outputs.ts';
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
  const isMissing = job.fetching.get(unit)?.isMissing === true;
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
  const underWay = (active?.size ?? 0) + pending.length;
  if (isMissing) return votes.size < mostVotes(job) ? 1 - underWay : 0;
  if (isPromised(job, unit, (worker) => isRunning(worker) || pending.includes(worker))) return 0;
  return tallyOf(job, unit).lacking - underWay;
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

interface Agreed {
  result: Cid;
  workers: PeerId[];
}

/** What is agreed on is accepted once its outputs are here; nobody else begins it meanwhile. */
function accept(turn: Turn, job: RequestedJob, unit: number, agreed: Agreed): void {
  if (!bringOutputs(turn, job, unit, agreed)) return conclude(turn, job, unit, agreed);
  if (job.fetching.get(unit)?.isMissing !== true) stopRuns(job, unit);
  else if (runsWanted(turn, job, unit) > 0) job.returned.add(unit); // whoever was to make them anew has failed
}

/** Outputs of a result came, or could not be had yet. */
export function receiveFetched(turn: Turn, job: RequestedJob, { unit, ok, why, isOurs }: Extract<EngineEvent, { type: 'fetched' }>): void {
  const fetching = job.fetching.get(unit);
  if (fetching === undefined || job.outcome !== 'open') return;
  if (ok) {
    job.fetching.delete(unit);
    if (!job.settled.has(unit)) evaluateFetched(turn, job, unit, fetching.result);
  } else {
    const isHopeless = !job.active.has(unit) && (runsWanted(turn, job, unit) <= 0 || !mayOthersRun(job, unit, job.ledger.unit(unit)));
    const next = noteUnfetched(turn, job, unit, { noRoom: isOurs === true ? why : undefined, isHopeless });
    if (next === 'exhausted' && job.settled.has(unit)) job.fetching.delete(unit); // it was here once, or its steward's
    else if (next === 'exhausted') abandon(turn, job, unit, { code: 'result-unreachable', text: `its outputs could not be fetched: ${why}` });
    else if (next === 'missing' && runsWanted(turn, job, unit) > 0) job.returned.add(unit);
  }
  turn.effects.push({ type: 'changed', job: job.job });
}

/** Others may have shown something else while its outputs were on their way. */
function evaluateFetched(turn: Turn, job: RequestedJob, unit: number, result: Cid): void {
  const votes = countedVotes(job, unit);
  const { winner } = tallyOf(job, unit);
  const believed = winner === undefined ? believedOn(job, unit, votes) : undefined;
  if (winner?.result === result) conclude(turn, job, unit, winner);
  else if (believed !== undefined && votes.get(believed) === result) conclude(turn, job, unit, { result, workers: [believed] });
  else evaluate(turn, job, unit);
}

function conclude(turn: Turn, job: RequestedJob, unit: number, winner: Agreed): void {
  const fact: FactOf<'accepted'> = { kind: 'accepted', unit, result: winner.result, workers: winner.workers.slice(0, 2 * limits.maxQuorum) };
  turn.engine.outbox.state(job.job, fact, workersOf(job));
  job.accepting.set(unit, { result: winner.result, workers: new Set(winner.workers) });
  settle(job, unit, 'accepted');
  dropCheckpoint(turn, job, unit);
  withdrawTrust(turn, judge(turn, job, unit, winner.result));
  concludeCheck(turn, job, unit, [...countedVotes(job, unit)].filter(([, result]) => result === winner.result).map(([worker]) => worker));
  for (const worker of winner.workers) {
    const lease = leaseOf(job, worker);
    if (lease !== undefined) lease.counts.accepted += 1;
  }
}

/** What was to be accepted with a check that came to nothing needs others. */
export function concludeCheck(turn: Turn, job: RequestedJob, unit: number, agreeing: readonly PeerId[]): void {
  const failed = endCheck(turn, job, unit, agreeing);
  if (failed !== undefined) withdrawTrust(turn, [failed]);
}

/** Tries of a unit that fails from ever new causes are these many times as many: a cause is whatever a worker calls it. */
const maxCauses = 3;

/** So many results of a unit are enough to know that it comes to nothing. */
function mostVotes({ spec }: RequestedJob): number {
  return 2 * spec.verify.quorum + spec.retries;
}

/**
 * A unit that fails the same way everywhere, or too often, or comes out differently wherever it is run, is given up;
 * its reason reaches the person who asked.
 */
function giveUp(turn: Turn, job: RequestedJob, unit: number, facts: UnitFacts): boolean {
  const shown = votesOf(facts, job.spec.verify.quorum > 1).size;
  const { quorum } = job.spec.verify;
  if (shown >= mostVotes(job)) {
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
  concludeCheck(turn, job, unit, []);
}

/** Whether a worker is left that has neither failed nor done it, nor belongs to one that has: one peer's failures alone end nothing. */
function mayOthersRun(job: RequestedJob, unit: number, facts: UnitFacts): boolean {
  const { units } = job.spec;
  const isEverywhere = units.kind === 'count' || units.move === 'allowed';
  const runners = [...facts.commitments.keys(), ...facts.revealed.keys()];
  const isOpen = (worker: PeerId): boolean => !facts.failures.has(worker) && isIndependent(worker, runners, (peer) => job.ledger.origins.get(peer));
  return liveLeases(job).some(({ worker, holds }) => isOpen(worker) && (isEverywhere || bitAt(holds, unit)));
}

export function settle(job: RequestedJob, unit: number, how: 'accepted' | 'abandoned'): void {
  job.settled.set(unit, how);
  job.settledOrder.push(unit);
  job.disputes.delete(unit);
  job.returned.delete(unit);
  job.deferred.delete(unit);
  job.overdue.delete(unit);
  job.progress.delete(unit);
  job.fetching.delete(unit);
  job.partials.delete(unit);
  forgetBelief(job, unit);
  stopRuns(job, unit);
  for (const lease of job.leases.values()) {
    lease.revealing.delete(unit);
    lease.toReveal.delete(unit);
  }
}

/** Whoever runs it need not end it. */
function stopRuns(job: RequestedJob, unit: number): void {
  for (const lease of job.active.get(unit) ?? []) {
    lease.assigned.delete(unit);
    lease.toDrop.push(unit);
  }
  job.active.delete(unit);
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
