import type { PeerId, Random } from '@shoal/runtime';
import { limits, type MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { askReveals, dropActive, reopen } from './units.ts';
import { leaseOf, liveLeases, type Candidate, type Lease, type RequestedJob } from './job.ts';

/** Gives a bidder a lease; what it pulls is decided when it pulls. */
export function award(turn: Turn, job: RequestedJob, candidate: Candidate): void {
  const { engine, now, random } = turn;
  const bid = candidate.bid;
  if (bid === undefined) return;
  const until = now + engine.config.timings.leaseTermMs;
  const lease = addLease(job, { lease: leaseName(random), worker: candidate.peer, holds: bid.holds, until, now });
  candidate.state = 'leased';
  engine.outbox.state(job.job, { kind: 'leased', lease: lease.lease, worker: lease.worker, until }, [lease.worker]);
}

/** Drawn at random: two who award for one job (its requester and a steward) must not use the same name. */
function leaseName(random: Random): string {
  return Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('');
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
    heldCursor: 0,
    otherCursor: 0,
    heardAt: now,
    lost: false,
    cutOffAt: undefined,
    toAssign: [],
    toDrop: [],
    toReveal: new Set(),
    revealing: new Map(),
    failedAt: new Map(),
    counts: { committed: 0, accepted: 0, failed: 0 },
  };
  job.leases.set(lease.lease, lease);
  return lease;
}

/** A worker's report. What it does not list, though it should have it, was lost on the way. */
export function receivePull(turn: Turn, job: RequestedJob, from: PeerId, message: MessageBody<'pull'>): void {
  const { engine, now, effects } = turn;
  const lease = job.leases.get(message.lease);
  if (lease === undefined || lease.worker !== from || job.outcome !== 'open') {
    const reason = { code: job.outcome === 'open' ? 'lease-unknown' : `job-${job.outcome}`, text: `the job is ${job.outcome}` };
    effects.push({ type: 'send', to: from, message: { type: 'unknownLease', job: job.job, lease: message.lease, reason } });
    return;
  }
  hear(lease, now);
  if (lease.until - now < engine.config.timings.leaseTermMs / 2) renew(turn, job, lease);
  const listed = new Set([...message.running, ...message.done]);
  for (const [unit, assignedAt] of lease.assigned) {
    if (listed.has(unit)) continue;
    if (message.reset || now - assignedAt > engine.config.timings.assignGraceMs) reopen(turn, job, lease, unit);
  }
  for (const unit of listed) if (job.settled.has(unit) && !job.audits.has(unit)) lease.toDrop.push(unit);
  chaseDone(turn, job, lease, message);
  lease.want = Math.min(message.want, limits.maxWindowUnits);
}

/** What a worker has done and we have not: a commitment or a reveal was lost on its way. */
function chaseDone(turn: Turn, job: RequestedJob, lease: Lease, message: MessageBody<'pull'>): void {
  const late = turn.now - turn.engine.config.timings.assignGraceMs;
  let missed = false;
  for (const unit of message.done) {
    const askedAt = lease.revealing.get(unit);
    if (askedAt !== undefined && (message.reset || askedAt < late)) lease.toReveal.add(unit); // its patience runs on
    askReveals(job, unit);
    const facts = job.ledger.units.get(unit);
    const known = facts?.commitments.has(lease.worker) === true || facts?.revealed.has(lease.worker) === true;
    missed ||= !known && (message.reset || (lease.assigned.get(unit) ?? turn.now) < late);
  }
  if (missed) beginReconcileWith(turn, job.ledger, lease.worker);
}

/** Any word from the worker keeps its lease. */
export function hear(lease: Lease, now: number): void {
  lease.heardAt = now;
  lease.lost = false;
  lease.cutOffAt = undefined;
}

function renew({ engine, now }: Turn, job: RequestedJob, lease: Lease): void {
  lease.until = now + engine.config.timings.leaseTermMs;
  engine.outbox.state(job.job, { kind: 'leased', lease: lease.lease, worker: lease.worker, until: lease.until }, [lease.worker]);
}

/** Leases of workers that fell silent: their units go to others. The earliest time at which to look again. */
export function expireLeases(turn: Turn, job: RequestedJob): number | undefined {
  const { engine, now } = turn;
  const { silenceMs, cutOffMs } = engine.config.timings;
  let next: number | undefined;
  for (const lease of liveLeases(job)) {
    const silentAt = Math.min(lease.heardAt + silenceMs, (lease.cutOffAt ?? Number.POSITIVE_INFINITY) + cutOffMs);
    if (silentAt > now) {
      next = Math.min(next ?? silentAt, silentAt);
      continue;
    }
    lease.lost = true;
    engine.standings.failed(lease.worker);
    lease.want = 0;
    lease.revealing.clear();
    lease.toReveal.clear();
    for (const unit of [...lease.assigned.keys()]) reopen(turn, job, lease, unit);
    // What it had committed to counts no more until it is back, and what waited for it waits no more.
    for (const [unit, facts] of job.ledger.units) if (facts.commitments.has(lease.worker) && !job.settled.has(unit)) job.returned.add(unit);
    turn.effects.push({ type: 'changed', job: job.job });
  }
  return next;
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

/** The worker gave the lease up, or knows nothing of it. */
export function dropLease(turn: Turn, job: RequestedJob, lease: Lease, reason: { code: string; text: string }): void {
  for (const unit of [...lease.assigned.keys()]) reopen(turn, job, lease, unit);
  for (const unit of lease.assigned.keys()) dropActive(job, lease, unit);
  job.leases.delete(lease.lease);
  const candidate = job.candidates.get(lease.worker);
  if (candidate !== undefined) {
    candidate.state = 'released';
    candidate.reasons = [reason];
    candidate.retryAt = turn.now + turn.engine.config.timings.reofferMinMs;
  }
  turn.engine.outbox.state(job.job, { kind: 'released', lease: lease.lease, worker: lease.worker, reason }, []);
}
