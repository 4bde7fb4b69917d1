import type { PeerId, Random } from '@shoal/runtime';
import { limits, type Entry, type MessageBody } from '@shoal/protocol';
import { backOffMs } from '../market/back-off.ts';
import type { Turn } from '../engine.ts';
import { hexOf } from '../hex.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { dropBid, keepBid } from './kept.ts';
import { originOf } from './origin.ts';
import { idleOf } from './caution.ts';
import { askReveals, reopen, runsWanted } from './units.ts';
import { candidateOf, give, leaseOf, liveLeases, type Candidate, type Lease, type RequestedJob } from './job.ts';

/** Gives a bidder a lease; what it pulls is decided when it pulls. */
export function award(turn: Turn, job: RequestedJob, candidate: Candidate): void {
  const { engine, now, random } = turn;
  const bid = candidate.bid;
  if (bid === undefined) return;
  const { entry } = bid;
  enterBid(turn, job, entry);
  const until = now + engine.config.timings.leaseTermMs;
  const lease = addLease(job, { lease: leaseName(random), worker: candidate.peer, holds: bid.holds, until, now });
  candidate.state = 'leased';
  engine.outbox.state(job.job, { kind: 'leased', lease: lease.lease, worker: lease.worker, until, ...originOf(engine, entry, job.job) }, [lease.worker]);
}

/** What was awarded goes into the ledger. */
export function enterBid({ effects }: Turn, { ledger, job }: RequestedJob, entry: Entry): void {
  if (ledger.add(entry)) effects.push({ type: 'append', records: [{ scope: job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
}

/** Drawn at random: two who award for one job (its requester and a steward) must not use the same name. */
export function leaseName(random: Random): string {
  return hexOf(random.bytes(8));
}

/** Enters a lease, new or recovered. */
export function addLease(
  job: RequestedJob,
  input: { lease: string; worker: PeerId; holds: Uint8Array; until: number; now: number },
): Lease {
  const { now, ...given } = input;
  const lease: Lease = {
    ...given,
    leasedAt: now,
    assigned: new Map(),
    want: 0,
    idle: 0,
    waiting: new Map(),
    heldCursor: 0,
    otherCursor: 0,
    heardAt: now,
    toldAt: now,
    confirmed: false,
    isAhead: false,
    isBusy: false,
    lost: false,
    cutOffAt: undefined,
    toAssign: [],
    toDrop: [],
    toSpare: [],
    toReveal: new Set(),
    revealing: new Map(),
    failedAt: new Map(),
    again: new Set(),
    firstUnit: undefined,
    unshown: new Set(),
    failuresInRow: 0,
    avoidedUntil: Number.NEGATIVE_INFINITY,
    counts: { committed: 0, accepted: 0, failed: 0 },
  };
  job.leases.set(lease.lease, lease);
  return lease;
}

/**
 * The bid of a worker that somebody else gave its lease may come after the lease: what it holds is known from then on, and
 * the sweeps through the units begin anew. What was known when it was given stays: nobody claims more afterwards.
 */
export function learnHoldings({ ledger }: RequestedJob, lease: Lease): void {
  const bid = ledger.bids.get(lease.worker);
  if (lease.holds.length > 0 || bid === undefined || bid.holds.length === 0) return;
  lease.holds = bid.holds;
  lease.heldCursor = 0;
  lease.otherCursor = 0;
}

/** A worker's report. What it does not list, though it should have it, was lost on the way. */
export function receivePull(turn: Turn, job: RequestedJob, from: PeerId, message: MessageBody<'pull'>): void {
  const { engine, now, effects } = turn;
  const lease = job.leases.get(message.lease);
  if (lease === undefined && isUnheardOf(job, from, message.lease)) return beginReconcileWith(turn, job.ledger, from);
  if (lease === undefined || lease.worker !== from || job.outcome !== 'open') {
    const reason = { code: job.outcome === 'open' ? 'lease-unknown' : `job-${job.outcome}`, text: `the job is ${job.outcome}` };
    effects.push({ type: 'send', to: from, message: { type: 'unknownLease', job: job.job, lease: message.lease, reason } });
    return;
  }
  hear(turn, job, lease);
  lease.confirmed = true;
  keepBid(turn, job, lease);
  // Its bid for a lease that was given ahead was lost on the way.
  if (lease.isAhead && !job.ledger.bids.has(from)) beginReconcileWith(turn, job.ledger, from);
  if (lease.until - now < engine.config.timings.leaseTermMs / 2) renew(turn, job, lease);
  const listed = new Set([...message.running, ...message.done]);
  let onTheirWay = 0; // given in answer to an earlier report, or done and not heard of yet
  for (const [unit, assignedAt] of lease.assigned) {
    if (listed.has(unit)) continue;
    if (message.reset || now - assignedAt > engine.config.timings.assignGraceMs) reopen(turn, job, lease, unit);
    else onTheirWay += 1;
  }
  for (const unit of message.running) adopt(turn, job, lease, unit);
  for (const unit of listed) if (job.settled.has(unit) && !job.audits.has(unit)) lease.toDrop.push(unit);
  chaseDone(turn, job, lease, message);
  lease.want = Math.max(0, Math.min(message.want, limits.maxWindowUnits) - onTheirWay);
  lease.idle = idleOf(engine, job, from, message.idle ?? 0);
  if (lease.idle > 0) lease.isBusy = false;
  const waiting = message.begun === undefined ? [] : message.running.slice(message.begun);
  lease.waiting = new Map(waiting.map((unit) => [unit, lease.waiting.get(unit) ?? now]));
  for (const unit of waiting) if (lease.assigned.has(unit)) lease.assigned.set(unit, now); // a run's time does not count yet
}

/** A lease that somebody else may have given in the requester's name: its worker has the proof of it. */
function isUnheardOf({ ledger, outcome }: RequestedJob, worker: PeerId, lease: string): boolean {
  return outcome === 'open' && ledger.delegations.current !== undefined && !ledger.leases.has(`${lease}/${worker}`);
}

/** It runs what we do not know to have given: before a restart of ours, or before we lost it. Welcome where it is wanted. */
function adopt(turn: Turn, job: RequestedJob, lease: Lease, unit: number): void {
  if (unit >= job.units || lease.assigned.has(unit) || lease.assigned.size >= limits.maxWindowUnits) return;
  const facts = job.ledger.units.get(unit);
  if (facts?.commitments.has(lease.worker) === true || facts?.revealed.has(lease.worker) === true || runsWanted(turn, job, unit) <= 0) return;
  give(job, lease, unit, turn.now);
}

/** What a worker has done and we have not: a commitment or a reveal was lost on its way. What it was given again is over as well. */
function chaseDone(turn: Turn, job: RequestedJob, lease: Lease, message: MessageBody<'pull'>): void {
  const late = turn.now - turn.engine.config.timings.assignGraceMs;
  let missed = false;
  for (const unit of message.done) {
    const askedAt = lease.revealing.get(unit);
    if (askedAt !== undefined && (message.reset || askedAt < late)) lease.toReveal.add(unit); // its patience runs on
    askReveals(job, unit);
    const facts = job.ledger.units.get(unit);
    const known = facts?.commitments.has(lease.worker) === true || facts?.revealed.has(lease.worker) === true;
    const isLate = message.reset || (lease.assigned.get(unit) ?? turn.now) < late;
    missed ||= !known && isLate;
    if (known && isLate && lease.assigned.has(unit)) reopen(turn, job, lease, unit);
  }
  if (missed) beginReconcileWith(turn, job.ledger, lease.worker);
}

/** Any word from the worker keeps its lease. When that was lost, or is a new one, what it had committed to is asked for anew. */
export function hear({ now }: Turn, job: RequestedJob, lease: Lease): void {
  const isBack = lease.lost || !lease.confirmed;
  lease.heardAt = now;
  lease.lost = false;
  lease.cutOffAt = undefined;
  if (!isBack) return;
  for (const [unit, { commitments }] of job.ledger.units) if (commitments.has(lease.worker)) askReveals(job, unit);
}

function renew({ engine, now }: Turn, job: RequestedJob, lease: Lease): void {
  lease.until = now + engine.config.timings.leaseTermMs;
  lease.toldAt = now;
  engine.outbox.state(job.job, { kind: 'leased', lease: lease.lease, worker: lease.worker, until: lease.until }, [lease.worker]);
}

/** Leases of workers that fell silent: their units go to others. The earliest time at which to look again. */
export function expireLeases(turn: Turn, job: RequestedJob): number | undefined {
  const { engine, now } = turn;
  const { silenceMs, cutOffMs, offerTimeoutMs } = engine.config.timings;
  let next: number | undefined;
  endLostLeases(turn, job);
  for (const lease of liveLeases(job)) {
    const isUnanswered = lease.isAhead && !lease.confirmed;
    if (!lease.confirmed && !isUnanswered && now - lease.toldAt >= offerTimeoutMs) renew(turn, job, lease); // the word of it may have been lost
    // Others would have been asked by now.
    const silentAt = isUnanswered ? lease.leasedAt + offerTimeoutMs : Math.min(lease.heardAt + silenceMs, (lease.cutOffAt ?? Number.POSITIVE_INFINITY) + cutOffMs);
    if (silentAt > now) {
      next = Math.min(next ?? silentAt, silentAt);
      continue;
    }
    if (!lease.confirmed) {
      dropLease(turn, job, lease, { code: 'no-answer', text: 'it did not take up its lease' });
      continue;
    }
    lease.lost = true;
    dropBid(turn, job, lease.worker);
    engine.standings.failed(lease.worker);
    lease.want = 0;
    lease.revealing.clear();
    lease.toReveal.clear();
    takeBack(turn, job, lease);
    turn.effects.push({ type: 'changed', job: job.job });
  }
  return next;
}

/** Its units go to others; what it had committed to counts no more. */
export function takeBack(turn: Turn, job: RequestedJob, lease: Lease): void {
  for (const unit of Array.from(lease.assigned.keys())) reopen(turn, job, lease, unit);
  for (const [unit, facts] of job.ledger.units) {
    if (facts.commitments.has(lease.worker) && runsWanted(turn, job, unit) > 0) job.returned.add(unit);
  }
}

/** Workers that stay away: their leases end with their terms, and earlier where there are too many. */
function endLostLeases(turn: Turn, job: RequestedJob): void {
  const lost = [...job.leases.values()].filter((lease) => lease.lost);
  const tooMany = lost.length - turn.engine.config.timings.maxLeases;
  for (const [i, lease] of lost.entries()) {
    if (i < tooMany || lease.until <= turn.now) dropLease(turn, job, lease, { code: 'lease-ended', text: 'it was away until its lease ended' });
  }
}

/** The connection to a worker broke: it has a short while to come back. */
export function cutOff({ engine, now }: Turn, peer: PeerId): void {
  for (const job of engine.requested.values()) {
    const lease = leaseOf(job, peer);
    if (lease === undefined || lease.lost) continue;
    lease.cutOffAt = now;
    engine.timers.setNoLater(job.timerKey, now + engine.config.timings.cutOffMs);
  }
}

/** A worker that was lost, or cut off, is reachable again: if it knows nothing of its lease any more, it says so. */
export function meetWorker(turn: Turn, peer: PeerId): void {
  for (const job of turn.engine.requested.values()) {
    const lease = job.outcome === 'open' ? leaseOf(job, peer) : undefined;
    if (lease !== undefined && (lease.lost || lease.cutOffAt !== undefined)) renew(turn, job, lease);
  }
}

/** The worker gave the lease up, or knows nothing of it. */
export function dropLease(turn: Turn, job: RequestedJob, lease: Lease, reason: { code: string; text: string }): void {
  const { engine, now, random } = turn;
  const { reofferMinMs, reofferMaxMs } = engine.config.timings;
  job.leases.delete(lease.lease);
  job.ledger.dropView(lease.worker);
  dropBid(turn, job, lease.worker);
  takeBack(turn, job, lease);
  const candidate = candidateOf(job, lease.worker);
  candidate.state = 'released';
  candidate.reasons = [reason];
  candidate.refusals += 1;
  candidate.retryAt = now + backOffMs(candidate.refusals, reofferMinMs, reofferMaxMs, random);
  engine.outbox.state(job.job, { kind: 'released', lease: lease.lease, worker: lease.worker, reason }, []);
}
