import type { Entry } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { dropActive, evaluate } from './units.ts';
import { leaseOf, type Lease, type RequestedJob } from './job.ts';
import { hear } from './leases.ts';
import { receiveBid } from './offers.ts';
import { noteRun } from './stragglers.ts';

/** Facts from a worker (or a bidder) about a job of ours. */
export function receiveWorkerEntry(turn: Turn, job: RequestedJob, entry: Entry): void {
  if (!job.ledger.add(entry)) return;
  turn.effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  const lease = leaseOf(job, entry.author);
  if (lease !== undefined) hear(lease, turn.now);
  for (const fact of entry.value.facts) {
    if (fact.kind === 'bid') {
      // Clocks differ: how long it stands counts from when it came.
      const until = turn.now + Math.max(0, fact.until - entry.value.at);
      receiveBid(turn, job, entry.author, { slots: fact.slots, holds: fact.holds, until });
      continue;
    }
    if (fact.kind !== 'committed' && fact.kind !== 'revealed' && fact.kind !== 'failed') continue;
    if (lease !== undefined) count(turn, job, lease, fact.unit, fact.kind);
    evaluate(turn, job, fact.unit);
  }
  turn.effects.push({ type: 'changed', job: job.job });
}

function count({ now }: Turn, job: RequestedJob, lease: Lease, unit: number, kind: 'committed' | 'revealed' | 'failed'): void {
  const assignedAt = lease.assigned.get(unit);
  const assigned = lease.assigned.delete(unit);
  if (assignedAt !== undefined && kind !== 'failed') noteRun(job, now - assignedAt);
  dropActive(job, lease, unit);
  if (kind === 'revealed') lease.revealing.delete(unit);
  if (kind === 'failed') {
    lease.counts.failed += 1;
    lease.failedAt.set(unit, now);
  }
  if (kind === 'committed' || (kind === 'revealed' && assigned)) lease.counts.committed += 1;
}
