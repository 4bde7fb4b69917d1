import type { PeerId } from '@shoal/runtime';
import { limits, unitCount, type MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { learnDelegation } from '../steward/delegation.ts';
import { goesBefore } from '../steward/job.ts';
import { mayWait, workerMayWait } from '../patience.ts';
import { leave, letGo } from './lease.ts';
import { idleSlots, wantOf } from './capacity.ts';
import { isClosedFor } from './hours.ts';
import type { WorkedJob } from './job.ts';
import { revealFact } from './shown.ts';

/** A requester gives units, or takes some back. */
export function receiveAssign(turn: Turn, from: PeerId, message: MessageBody<'assign'>): void {
  const job = ownJob(turn, from, message);
  if (job === undefined) return;
  const units = unitCount(job.spec);
  const { maxUnsettledUnits } = turn.engine.config.timings;
  for (const unit of message.drop) letGo(turn, job, unit);
  if (message.run.length > 0) job.saidIdle = false;
  job.asked = Math.max(0, job.asked - message.run.length);
  const waiting = new Set(job.queue);
  for (const unit of message.spare ?? []) waiting.delete(unit);
  let isMissed = false;
  for (const unit of message.run) {
    if (unit >= units || job.running.has(unit) || waiting.has(unit)) continue;
    if (job.done.has(unit)) isMissed = true;
    else if (waiting.size + job.running.size < limits.maxWindowUnits && waiting.size + job.running.size + job.done.size < maxUnsettledUnits) waiting.add(unit); // more were never asked for
  }
  job.queue = [...waiting];
  for (const { unit, checkpoint } of message.resume ?? []) if (waiting.has(unit)) job.resumes.set(unit, checkpoint);
  mayWait(turn, !isMissed && job.report !== 'now');
  if (isMissed) beginReconcileWith(turn, job.ledger, from); // it knows nothing of what we committed to
}

/** All commitments for these units are in. */
export function receiveReveal(turn: Turn, from: PeerId, message: MessageBody<'reveal'>): void {
  const job = ownJob(turn, from, message);
  if (job === undefined) return;
  for (const unit of message.units) {
    const fact = revealFact(turn, job, unit);
    if (fact !== undefined) turn.engine.outbox.state(job.job, fact, [from]);
  }
  mayWait(turn, workerMayWait(turn, job));
}

/** The requester knows nothing of our lease: the job is over, or it lost its memory. */
export function receiveUnknownLease(turn: Turn, from: PeerId, message: MessageBody<'unknownLease'>): void {
  const job = turn.engine.worked.get(message.job);
  const isOurs = job !== undefined && job.lease === message.lease && (job.reportsTo === from || job.requester === from);
  if (isOurs) leave(turn, job, message.reason);
}

function ownJob({ engine, effects }: Turn, from: PeerId, message: { job: WorkedJob['job']; lease: string }): WorkedJob | undefined {
  const job = engine.worked.get(message.job);
  if (job !== undefined && job.reportsTo === from && job.lease === message.lease) return job;
  // Somebody else acts for the job now, or will say so: no reason to give the lease up.
  if (job?.ledger.isAuthority(from) === true) return undefined;
  const reason = { code: 'lease-unknown', text: 'it holds no such lease' };
  effects.push({ type: 'send', to: from, message: { type: 'unknownLease', job: message.job, lease: message.lease, reason } });
  return undefined;
}

/** Reports that are due, one a job: what is held, and how much more is wanted. */
export function sendReports(turn: Turn): void {
  const { engine, effects, now } = turn;
  const spare = Math.min(idleSlots(engine), limits.maxWindowUnits);
  for (const job of engine.worked.values()) {
    const isClosed = isClosedFor(turn, job);
    const idle = isClosed ? 0 : spare;
    if (idle > 0 && !job.saidIdle) job.report = 'now'; // each of them may have units that wait elsewhere
    if (job.report === 'no') continue;
    const want = isClosed ? 0 : wantOf(engine, job);
    const held = job.queue.length + job.running.size;
    const urgent = job.report === 'now' || (want > job.asked && want - job.asked >= Math.max(held, job.asked));
    job.report = 'no'; // with enough in hand, the next finished unit or beat reports
    if (!urgent) continue;
    effects.push({
      type: 'send',
      to: job.reportsTo,
      message: {
        type: 'pull',
        job: job.job,
        lease: job.lease,
        running: [...job.running.keys(), ...job.queue],
        begun: job.running.size,
        // The oldest: what is not listed and not known is given again, and then found.
        done: [...job.done.keys().take(limits.maxWindowUnits)],
        want,
        idle,
        reset: job.reset,
      },
    });
    job.reset = false;
    job.asked = want;
    job.saidIdle = idle > 0;
    engine.timers.set(job.timerKey, now + engine.config.timings.beatMs);
  }
}

/** A job's beat: report, or leave when the lease has ended without renewal. */
export function beat(turn: Turn, job: WorkedJob): void {
  if (turn.now > job.until) {
    leave(turn, job, { code: 'lease-ended', text: 'the lease ended and was not renewed' });
    return;
  }
  job.report = 'now';
  turn.engine.timers.set(job.timerKey, turn.now + turn.engine.config.timings.beatMs);
  seekSteward(turn, job);
}

/** Whoever acted is gone: its stewards hear what we hold, so that the one whose turn comes knows us. */
function seekSteward(turn: Turn, job: WorkedJob): void {
  const { engine, now } = turn;
  if (engine.connected.has(job.reportsTo) || now < job.claimUntil) return;
  for (const steward of job.ledger.delegations.current?.stewards ?? []) if (steward !== job.reportsTo) beginReconcileWith(turn, job.ledger, steward);
}

/** Somebody says that it acts for a job of ours: the requester is followed at once, a steward when nobody before it acts. */
export function hearActing(turn: Turn, job: WorkedJob, from: PeerId, message: MessageBody<'acting'>): void {
  const { now } = turn;
  if (message.delegated !== undefined) learnDelegation(turn, job, message.delegated);
  const { ledger } = job;
  if (from !== job.requester && ledger.delegations.rankOf(from) < 0) return;
  if (from !== job.reportsTo) {
    if (now < job.claimUntil && !goesBefore(ledger, from, job.reportsTo)) return;
    job.reportsTo = from;
    job.reset = true;
    job.report = 'now';
    beginReconcileWith(turn, ledger, from);
  }
  job.claimUntil = now + message.forMs;
}

/** Whoever acts for some of our jobs, or their requester, is reachable (again): tell it where we are, and compare ledgers. */
export function meetRequester(turn: Turn, peer: PeerId): void {
  for (const job of turn.engine.worked.values()) {
    if (job.requester !== peer && job.reportsTo !== peer) continue;
    if (job.reportsTo === peer) {
      job.reset = true;
      job.report = 'now';
    }
    beginReconcileWith(turn, job.ledger, peer);
  }
}
