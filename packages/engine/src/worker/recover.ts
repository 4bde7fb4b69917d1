import type { JournalRecord } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { closeWorkedScope } from '../ledger/scope.ts';
import { settlementOf } from '../ledger/unit-facts.ts';
import { busyRefusal } from '../policy/admit.ts';
import { listsRefusal } from '../policy/owner.ts';
import { createWorkedJob } from './job.ts';
import { readResultNote } from './result-note.ts';

/**
 * Takes up a lease where the journal left it: results that were committed are still here; what ran is lost,
 * and the next report says so.
 */
export function recoverWorked(turn: Turn, ledger: JobLedger, records: readonly JournalRecord[]): void {
  const { engine, now, effects } = turn;
  const lease = ledger.openLeases().find((open) => open.worker === engine.self);
  if (lease === undefined || ledger.cancelled.size > 0) {
    const requester = ledger.posted?.requester;
    if (requester !== engine.self) effects.push({ type: 'unpin', job: ledger.job, as: 'worker' });
    return closeWorkedScope(turn, { job: ledger.job, requester }, 'lease-ended');
  }
  // Its term was told by another clock: it begins anew, and the requester corrects us if it is over.
  const job = createWorkedJob(ledger, { lease: lease.lease, until: now + engine.config.timings.leaseTermMs });
  if (job === undefined) return;
  const reason = listsRefusal(engine, job) ?? busyRefusal(engine);
  if (reason !== undefined) {
    // Its owner has thought better of it meanwhile; or a lease that it left, whose job it stewards, came back beside all others.
    effects.push({ type: 'send', to: job.requester, message: { type: 'unknownLease', job: job.job, lease: job.lease, reason } });
    effects.push({ type: 'unpin', job: job.job, as: 'worker' });
    return closeWorkedScope(turn, job, reason.code);
  }
  for (const record of records) {
    const note = readResultNote(record, engine.crypto);
    if (note === undefined) continue;
    const { unit, ...result } = note;
    const facts = ledger.units.get(unit);
    if (facts !== undefined && settlementOf(facts, job.requester) !== undefined) continue;
    job.done.set(unit, result);
  }
  job.reset = true;
  engine.worked.set(job.job, job);
  engine.timers.set(job.timerKey, now + engine.config.timings.beatMs);
}
