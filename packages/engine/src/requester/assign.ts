import { limits, type MessageBody } from '@shoal/protocol';
import { bitAt } from '../bitmap.ts';
import { backOffMs } from '../market/back-off.ts';
import type { Engine, Turn } from '../engine.ts';
import type { UnitFacts } from '../ledger/unit-facts.ts';
import { isIndependent } from '../verify/independent.ts';
import { believe } from './belief.ts';
import { isForOthers, roomOf } from './caution.ts';
import { resumeFor } from './checkpoints.ts';
import { give, liveLeases, type Lease, type RequestedJob } from './job.ts';
import { isHeldBack, steal, takeBackAll } from './late-binding.ts';
import { shareOf } from './share.ts';
import { runsWanted } from './units.ts';

/** Units looked at for one lease in one turn; the rest is looked at in the next. */
const maxScan = 4_096;
const maxReturnedScan = 512;

/** Gives units to the leases that want some. Late binding: whoever is fast asks more often, and gets more. */
export function serveWants(turn: Turn, job: RequestedJob): void {
  if (job.outcome !== 'open' || turn.now < job.quietUntil) return;
  job.awaited = awaitedHolders(turn, job);
  for (const lease of liveLeases(job)) {
    const heldBack = isHeldBack(turn, job, lease);
    if (heldBack) takeBackAll(turn, job, lease);
    const room = (job.spec.window ?? limits.maxWindowUnits) - lease.assigned.size;
    const most = Math.min(lease.want, room, roomOf(turn, job, lease), shareOf(job, lease));
    if (most <= 0) continue;
    for (const unit of heldBack ? pickLast(turn, job, lease, most) : pickUnits(turn, job, lease, most)) {
      believe(turn, job, lease, unit);
      lease.want -= 1;
      lease.idle = Math.max(0, lease.idle - 1);
      lease.toAssign.push(unit);
      give(job, lease, unit, turn.now);
    }
  }
}

/** For a peer whose results were wrong: what nobody else can run. */
function pickLast(turn: Turn, job: RequestedJob, lease: Lease, most: number): number[] {
  const others = liveLeases(job).filter((other) => other !== lease && !isHeldBack(turn, job, other));
  const picked: number[] = [];
  let scanned = 0;
  for (const unit of job.returned) {
    if (picked.length >= most || (scanned += 1) > maxReturnedScan) break;
    if (runsWanted(turn, job, unit) <= 0 || !mayTake(turn, job, lease, unit)) continue;
    if (others.some((other) => mayTake(turn, job, other, unit))) continue;
    picked.push(unit);
    if (runsWanted(turn, job, unit) === 1) job.returned.delete(unit);
  }
  return picked;
}

function pickUnits(turn: Turn, job: RequestedJob, lease: Lease, most: number): Iterable<number> {
  const picked = new Set<number>(); // what was returned may lie before the sweep as well
  const skipped: number[] = [];
  let scanned = 0;
  for (const unit of job.returned) {
    if (picked.size >= most || (scanned += 1) > maxReturnedScan) break;
    if (runsWanted(turn, job, unit) <= 0) job.returned.delete(unit);
    else if (mayTake(turn, job, lease, unit)) {
      picked.add(unit);
      if (runsWanted(turn, job, unit) === 1) job.returned.delete(unit);
    } else skipped.push(unit);
  }
  // To the end: what this one cannot take must not hide what it can.
  if (scanned > maxReturnedScan) for (const unit of skipped) if (job.returned.delete(unit)) job.returned.add(unit);
  for (; lease.heldCursor < job.units && picked.size < most && scanned < maxScan; lease.heldCursor += 1, scanned += 1) {
    const unit = lease.heldCursor;
    if (holds(job, lease, unit) && runsWanted(turn, job, unit) > 0 && mayRun(turn, job, lease, unit)) picked.add(unit);
  }
  if (lease.heldCursor < job.units) return picked;
  if (job.spec.units.kind === 'count') return picked.size > 0 ? picked : pickExtra(turn, job, lease, most);
  for (; lease.otherCursor < job.units && picked.size < most && scanned < maxScan; lease.otherCursor += 1, scanned += 1) {
    const unit = lease.otherCursor;
    if (holds(job, lease, unit) || runsWanted(turn, job, unit) <= 0) continue;
    if (mayRun(turn, job, lease, unit) && mayMove(turn, job, unit)) picked.add(unit);
    else job.deferred.add(unit); // where nobody may take it, more workers are sought
  }
  return picked.size > 0 ? picked : pickExtra(turn, job, lease, most);
}

/** Runs beyond those needed: audits, and backups of units that everybody else is late with. */
function pickExtra(turn: Turn, job: RequestedJob, lease: Lease, most: number): number[] {
  const picked: number[] = [];
  for (const wanted of [job.audits, job.overdue]) {
    if (wanted === job.overdue && picked.length === 0) picked.push(...steal(turn, job, lease, most, (unit) => mayTake(turn, job, lease, unit)));
    for (const unit of wanted) {
      if (picked.length >= most) return picked;
      if (!mayTake(turn, job, lease, unit)) continue;
      if (wanted === job.audits && job.active.has(unit)) continue;
      job.overdue.delete(unit);
      picked.push(unit);
    }
  }
  return picked;
}

function mayTake(turn: Turn, job: RequestedJob, lease: Lease, unit: number): boolean {
  return mayRun(turn, job, lease, unit) && (holds(job, lease, unit) || mayMove(turn, job, unit));
}

/** Where units have no input, everybody holds all there is to hold. */
function holds(job: RequestedJob, lease: Lease, unit: number): boolean {
  return job.spec.units.kind === 'count' || bitAt(lease.holds, unit);
}

/** A worker runs a unit once, and not again soon after it failed there. */
function mayRun(turn: Turn, job: RequestedJob, lease: Lease, unit: number): boolean {
  const { engine, now, random } = turn;
  if (job.active.get(unit)?.has(lease) === true) return false;
  const facts = job.ledger.units.get(unit);
  if (isRelated(job, lease, unit, facts)) return false;
  if (facts === undefined) return true;
  if (facts.revealed.size > 0 && hasSeenOthers(job, lease, facts)) return false;
  if (facts.revealed.has(lease.worker)) return false;
  if (facts.revealed.size > 0 && isForOthers(turn, job, lease, unit, facts)) return false;
  if (facts.commitments.has(lease.worker)) return mayRunAgain(engine, now, facts, lease, unit);
  const failures = facts.failures.get(lease.worker);
  if (failures === undefined) return true;
  if ([...failures.values()].some((failure) => failure.deterministic)) return false;
  const { retryMinMs, retryMaxMs } = engine.config.timings;
  // By our own clock: the worker's may be hours off.
  const failedAt = lease.failedAt.get(unit) ?? Number.NEGATIVE_INFINITY;
  const retryAt = failedAt + backOffMs(failures.size, retryMinMs, retryMaxMs, random);
  if (retryAt <= now) return true;
  engine.timers.setNoLater(job.timerKey, retryAt);
  return false;
}

/**
 * It committed to a result and does not show it: it may have lost it in a crash, or with an earlier lease. Then it may
 * run the unit once more, since the same result is bound by the same commitment.
 */
function mayRunAgain({ config }: Engine, now: number, facts: UnitFacts, lease: Lease, unit: number): boolean {
  const askedAt = lease.revealing.get(unit);
  const isOverdue = askedAt !== undefined && now - askedAt > config.timings.revealPatienceMs;
  return isOverdue && facts.commitments.get(lease.worker)?.size === 1 && !lease.again.has(unit);
}

/** Somebody of the same operator, or of the same block of addresses, runs it or ran it: a second word of theirs is none. */
function isRelated({ ledger, active }: RequestedJob, { worker }: Lease, unit: number, facts: UnitFacts | undefined): boolean {
  if (!ledger.origins.has(worker)) return false;
  const others = new Set([...(active.get(unit) ?? [])].map((lease) => lease.worker));
  for (const committer of facts === undefined ? [] : [...facts.commitments.keys(), ...facts.revealed.keys()]) others.add(committer);
  others.delete(worker); // that it did it itself is for others to say
  return !isIndependent(worker, others, (peer) => ledger.origins.get(peer));
}

/** A steward or keeper knows what others showed: while somebody else can run the unit, it does not decide between them. */
function hasSeenOthers(job: RequestedJob, { worker }: Lease, facts: UnitFacts): boolean {
  if (!job.ledger.seesAll(worker)) return false;
  return liveLeases(job).some((other) => !job.ledger.seesAll(other.worker) && !facts.commitments.has(other.worker) && !facts.failures.has(other.worker));
}

/** Compute goes to the data: a shard is moved only where that is allowed and too few of its holders could run the unit. */
function mayMove({ engine, now }: Turn, job: RequestedJob, unit: number): boolean {
  if (job.spec.units.kind !== 'shards') return true;
  if (job.spec.units.move === 'never') return false;
  const patienceEndsAt = job.postedAt + engine.config.timings.gossipOfferAfterMs;
  if (now < patienceEndsAt && job.awaited.some((held) => bitAt(held, unit))) {
    engine.timers.setNoLater(job.timerKey, patienceEndsAt);
    return false;
  }
  const facts = job.ledger.units.get(unit);
  const holders = liveLeases(job).filter(
    (lease) => bitAt(lease.holds, unit) && facts?.commitments.has(lease.worker) !== true && facts?.failures.has(lease.worker) !== true,
  );
  return holders.length < job.spec.verify.quorum - (facts?.commitments.size ?? 0);
}

/** What peers hold, by their adverts, that may still bid: a shard is not moved while its holders are about to answer. */
function awaitedHolders({ engine, now }: Turn, job: RequestedJob): Uint8Array[] {
  const { units } = job.spec;
  if (units.kind !== 'shards' || units.move === 'never' || now >= job.postedAt + engine.config.timings.gossipOfferAfterMs) return [];
  return engine.roster.holdersOf(units.dataset).flatMap(({ author, value }) => {
    const state = job.candidates.get(author)?.state ?? 'asked';
    const held = value.datasets.find((holding) => holding.cid === units.dataset)?.held;
    return held !== undefined && value.slots > 0 && (state === 'asked' || state === 'bid') ? [held] : [];
  });
}

/** What a burst decided, one message a kind and lease. */
export function flushLeases({ effects, now }: Turn, job: RequestedJob): void {
  for (const lease of job.leases.values()) {
    const base = { job: job.job, lease: lease.lease };
    while (lease.toAssign.length > 0 || lease.toDrop.length > 0 || lease.toSpare.length > 0) {
      const spare = lease.toSpare.splice(0, limits.maxWindowUnits);
      const run = lease.toAssign.splice(0, limits.maxWindowUnits);
      const resume = run.flatMap((unit) => {
        const checkpoint = resumeFor(job, lease, unit);
        return checkpoint === undefined ? [] : [{ unit, checkpoint }];
      });
      const body: MessageBody<'assign'> = {
        ...base,
        run,
        drop: lease.toDrop.splice(0, limits.maxWindowUnits),
        ...(resume.length === 0 ? {} : { resume: resume.slice(0, limits.maxResumesPerMessage) }),
        ...(spare.length > 0 ? { spare } : {}),
      };
      effects.push({ type: 'send', to: lease.worker, message: { type: 'assign', ...body } });
    }
    const reveal = [...lease.toReveal];
    lease.toReveal.clear();
    for (const unit of reveal) if (!lease.revealing.has(unit)) lease.revealing.set(unit, now);
    for (let i = 0; i < reveal.length; i += limits.maxWindowUnits) {
      effects.push({ type: 'send', to: lease.worker, message: { type: 'reveal', ...base, units: reveal.slice(i, i + limits.maxWindowUnits) } });
    }
  }
}

/** What no holder came for, and what waited for one, is offered to everybody again. */
export function retake(job: RequestedJob): void {
  for (const unit of job.deferred) job.returned.add(unit);
  job.deferred.clear();
}

