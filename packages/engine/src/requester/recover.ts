import { encodeValue } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { beginReconcileWith } from '../ledger/exchange.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { summaryOf } from '../views/summary.ts';
import { candidateOf, createRequestedJob, type RequestedJob } from './job.ts';
import { addLease } from './leases.ts';
import { bringOutputs, evaluate } from './units.ts';

/** Takes a job of ours up where the journal left it; workers are told to compare ledgers and report. */
export function recoverRequested(turn: Turn, ledger: JobLedger): void {
  const { engine, now } = turn;
  const job = createRequestedJob(ledger);
  if (job === undefined) return;
  if (ledger.cancelled.size > 0) return closeAgain(turn, job);
  engine.requested.set(job.job, job);
  for (const [unit, facts] of ledger.units) {
    if (facts.accepted.size > 0) {
      job.settled.set(unit, 'accepted');
      for (const [result, workers] of facts.accepted) bringOutputs(turn, job, unit, { result, workers: [...workers] });
    } else if (facts.abandoned.size > 0) job.settled.set(unit, 'abandoned');
  }
  for (const open of ledger.openLeases()) {
    const bid = ledger.bids.get(open.worker);
    const lease = addLease(job, { lease: open.lease, worker: open.worker, holds: bid?.holds ?? new Uint8Array(), until: open.until, now });
    for (const facts of ledger.units.values()) {
      if (facts.commitments.has(open.worker)) lease.counts.committed += 1;
      if (facts.failures.has(open.worker)) lease.counts.failed += 1;
      for (const workers of facts.accepted.values()) if (workers.has(open.worker)) lease.counts.accepted += 1;
    }
    lease.confirmed = true;
    candidateOf(job, open.worker).state = 'leased';
    beginReconcileWith(turn, ledger, open.worker);
  }
  for (const unit of ledger.units.keys()) evaluate(turn, job, unit);
  engine.timers.set(job.timerKey, now);
}

/** It was given up, and the crash came before that was noted as its end. Whoever works on it hears so when it reports. */
function closeAgain({ effects }: Turn, job: RequestedJob): void {
  const reasons = [...job.ledger.cancelled.values()];
  job.outcome = reasons.some(({ code }) => code === 'cancelled') ? 'cancelled' : 'failed';
  effects.push({ type: 'summarize', scope: job.job, closed: true, summary: encodeValue(summaryOf(job)) });
}
