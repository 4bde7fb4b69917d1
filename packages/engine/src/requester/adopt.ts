import type { PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import { candidateOf, type RequestedJob } from './job.ts';
import { addLease } from './leases.ts';
import { learnOperator } from './origin.ts';

/** Enters a lease that the ledger has and nobody took back: given before a restart, or by somebody else in the meantime. */
export function adoptLease(turn: Turn, job: RequestedJob, name: string, worker: PeerId): void {
  const { ledger } = job;
  if (job.leases.has(name)) return;
  const open = ledger.openLeases().find((lease) => lease.lease === name && lease.worker === worker);
  if (open === undefined) return;
  const bid = ledger.bids.get(worker);
  if (bid !== undefined) learnOperator(turn.engine, worker, bid, job.job);
  const holds = bid?.holds ?? new Uint8Array();
  const lease = addLease(job, { lease: name, worker, holds, until: open.until, now: turn.now });
  for (const facts of ledger.units.values()) {
    if (facts.commitments.has(worker)) lease.counts.committed += 1;
    if (facts.failures.has(worker)) lease.counts.failed += 1;
    for (const workers of facts.accepted.values()) if (workers.has(worker)) lease.counts.accepted += 1;
  }
  lease.confirmed = true;
  candidateOf(job, worker).state = 'leased';
  beginReconcileWith(turn, ledger, worker);
}
