import type { PeerId } from '@shoal/runtime';
import type { Entry, FactOf } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { compareLate } from './audits.ts';
import { askReveals, dropActive, evaluate, withdrawTrust } from './units.ts';
import { isWorthKeeping } from './admission.ts';
import { avoid, failRun } from './caution.ts';
import { dropSpent } from './checkpoints.ts';
import { candidateOf, leaseOf, type Lease, type RequestedJob } from './job.ts';
import { hear, learnHoldings } from './leases.ts';
import { receiveBid } from './offers.ts';
import { learnOperator } from './origin.ts';
import { invite, runnerOf } from './runners.ts';
import { noteRun } from './stragglers.ts';
import { mayWait, requesterMayWait } from '../patience.ts';

type RunFact = FactOf<'committed'> | FactOf<'revealed'> | FactOf<'failed'>;

/** Facts from a worker (or a bidder) about a job of ours. */
export function receiveWorkerEntry(turn: Turn, job: RequestedJob, from: PeerId, entry: Entry): void {
  const [fact, ...others] = entry.value.facts;
  const lease = leaseOf(job, entry.author);
  const isAnswer = from === entry.author && (lease === undefined || lease.isAhead);
  if (fact?.kind === 'bid' && others.length === 0 && isAnswer) return receiveBid(turn, job, entry, fact);
  if (!isWorthKeeping(job, entry)) return missUnreadable(turn, job, entry);
  if (!job.ledger.add(entry)) return;
  turn.effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  if (lease !== undefined) learnHoldings(job, lease);
  if (lease !== undefined && from === entry.author) hear(turn, job, lease);
  for (const fact of entry.value.facts) {
    if (fact.kind === 'bid') learnOperator(turn.engine, entry.author, fact);
    if (fact.kind !== 'committed' && fact.kind !== 'revealed' && fact.kind !== 'failed') continue;
    if (lease !== undefined) count(turn, job, lease, fact);
    if (fact.kind === 'committed') noteCommitment(turn, job, entry.author, fact.unit);
    if (job.settled.has(fact.unit)) late(turn, job, fact.unit, entry.author, fact.kind);
    else evaluate(turn, job, fact.unit);
  }
  turn.effects.push({ type: 'changed', job: job.job });
  mayWait(turn, requesterMayWait(job));
}

/** News of a unit that is settled already. */
function late(turn: Turn, job: RequestedJob, unit: number, worker: PeerId, kind: RunFact['kind']): void {
  if (kind === 'failed') return;
  if (kind === 'committed' && runnerOf(job, unit, worker) !== undefined) askReveals(job, unit);
  withdrawTrust(turn, compareLate(turn, job, unit, worker));
}

/**
 * A commitment before the unit is settled is one to its worker's own result. Two of them are a lie, known without any
 * other result; but of a worker that had lost the first one, and got the unit once more, a failure.
 */
function noteCommitment(turn: Turn, job: RequestedJob, worker: PeerId, unit: number): void {
  if (!job.settled.has(unit)) invite(job, unit, worker);
  if ((job.ledger.unit(unit).commitments.get(worker)?.size ?? 0) < 2) return;
  const runner = invite(job, unit, worker);
  if (runner.hasContradictedItself) return;
  runner.hasContradictedItself = true;
  const lease = leaseOf(job, worker);
  if (lease?.again.has(unit) === true) return failRun(turn, job, lease, unit);
  turn.engine.standings.invalid(worker);
  withdrawTrust(turn, [worker]);
}

/** What cannot be read or is not what it claims is kept nowhere, but whoever was to show it has shown all that will come. */
function missUnreadable(turn: Turn, job: RequestedJob, { author, value }: Entry): void {
  const lease = leaseOf(job, author);
  for (const fact of value.facts) {
    if (lease === undefined || fact.kind !== 'revealed' || !lease.revealing.has(fact.unit) || job.ledger.openedBy(fact, author) !== undefined) continue;
    failRun(turn, job, lease, fact.unit);
    lease.revealing.set(fact.unit, Number.NEGATIVE_INFINITY); // nobody waits for it
    evaluate(turn, job, fact.unit);
  }
}

function count(turn: Turn, job: RequestedJob, lease: Lease, fact: RunFact): void {
  const { now, engine } = turn;
  const { unit, kind } = fact;
  const assignedAt = lease.assigned.get(unit);
  const assigned = lease.assigned.delete(unit);
  if (assignedAt !== undefined && kind !== 'failed') noteRun(job, now - assignedAt);
  dropActive(job, lease, unit);
  if (kind === 'revealed') countShown(turn, job, lease, fact);
  if (kind === 'failed') {
    lease.counts.failed += 1;
    lease.failedAt.set(unit, now);
    if (assigned) strike(job, unit, fact.reason.code);
    dropSpent(turn, job, unit, fact.reason.code);
    if (!fact.deterministic) {
      engine.standings.failed(lease.worker);
      avoid(turn, lease);
    }
  }
  if (kind === 'committed' || (kind === 'revealed' && assigned)) {
    lease.counts.committed += 1;
    lease.firstUnit ??= unit;
    // Whoever commits and does not show has ended nothing.
    if (lease.unshown.size === 0) lease.failuresInRow = 0;
    candidateOf(job, lease.worker).refusals = 0;
  }
}

/** What does not open what its worker committed to is no vote, and nothing else will come. */
function countShown(turn: Turn, job: RequestedJob, lease: Lease, fact: FactOf<'revealed'>): void {
  const { unit } = fact;
  const isAsked = lease.revealing.delete(unit);
  const commitments = job.ledger.unit(unit).commitments.get(lease.worker);
  const opens = job.ledger.openedBy(fact, lease.worker);
  if (commitments?.size !== 1 || opens === undefined) return;
  if (!commitments.has(opens)) return failRun(turn, job, lease, unit);
  lease.unshown.delete(unit);
  if (isAsked) lease.failuresInRow = 0;
}

function strike({ strikes }: RequestedJob, unit: number, cause: string): void {
  const causes = strikes.get(unit) ?? new Map<string, number>();
  strikes.set(unit, causes.set(cause, (causes.get(cause) ?? 0) + 1));
}
