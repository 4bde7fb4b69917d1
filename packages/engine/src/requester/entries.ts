import type { PeerId } from '@shoal/runtime';
import type { Entry, FactOf } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { compareLate } from './audits.ts';
import { askReveals, dropActive, evaluate, withdrawTrust } from './units.ts';
import { isWorthKeeping } from './admission.ts';
import { avoid } from './caution.ts';
import { dropSpent } from './checkpoints.ts';
import { candidateOf, leaseOf, type Lease, type RequestedJob } from './job.ts';
import { hear, learnHoldings } from './leases.ts';
import { receiveBid } from './offers.ts';
import { noteRun } from './stragglers.ts';
import { mayWait, requesterMayWait } from '../patience.ts';

/** Facts from a worker (or a bidder) about a job of ours. */
export function receiveWorkerEntry(turn: Turn, job: RequestedJob, from: PeerId, entry: Entry): void {
  const [fact, ...others] = entry.value.facts;
  const lease = leaseOf(job, entry.author);
  const isAnswer = from === entry.author && (lease === undefined || lease.isAhead);
  if (fact?.kind === 'bid' && others.length === 0 && isAnswer) return receiveBid(turn, job, entry, fact);
  if (!isWorthKeeping(job, entry) || !job.ledger.add(entry)) return;
  turn.effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  if (lease !== undefined) learnHoldings(job, lease);
  if (lease !== undefined && from === entry.author) hear(turn, job, lease);
  for (const fact of entry.value.facts) {
    if (fact.kind !== 'committed' && fact.kind !== 'revealed' && fact.kind !== 'failed') continue;
    if (lease !== undefined) count(turn, job, lease, fact);
    if (job.settled.has(fact.unit)) late(turn, job, fact.unit, entry.author, fact.kind);
    else evaluate(turn, job, fact.unit);
  }
  turn.effects.push({ type: 'changed', job: job.job });
  mayWait(turn, requesterMayWait(job));
}

/** News of a unit that is settled already. */
function late(turn: Turn, job: RequestedJob, unit: number, worker: PeerId, kind: 'committed' | 'revealed' | 'failed'): void {
  if (kind === 'committed') askReveals(job, unit);
  if (kind === 'revealed') withdrawTrust(turn, compareLate(turn, job, unit, worker));
}

function count(turn: Turn, job: RequestedJob, lease: Lease, fact: FactOf<'committed'> | FactOf<'revealed'> | FactOf<'failed'>): void {
  const { now, engine } = turn;
  const { unit, kind } = fact;
  const assignedAt = lease.assigned.get(unit);
  const assigned = lease.assigned.delete(unit);
  if (assignedAt !== undefined && kind !== 'failed') noteRun(job, now - assignedAt);
  dropActive(job, lease, unit);
  if (kind === 'revealed') lease.revealing.delete(unit);
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
    lease.failuresInRow = 0;
    candidateOf(job, lease.worker).refusals = 0;
  }
}

function strike({ strikes }: RequestedJob, unit: number, cause: string): void {
  const causes = strikes.get(unit) ?? new Map<string, number>();
  strikes.set(unit, causes.set(cause, (causes.get(cause) ?? 0) + 1));
}
