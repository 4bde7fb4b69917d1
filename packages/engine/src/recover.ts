import type { Cid, JournalRecord } from '@shoal/runtime';
import { openEntry } from '@shoal/protocol';
import type { Turn } from './engine.ts';
import { JobLedger } from './ledger/ledger.ts';
import { recoverRequested } from './requester/recover.ts';
import { beginActing } from './steward/acting.ts';
import { recoverStewarded } from './steward/recover.ts';
import { recoverWorked } from './worker/recover.ts';

/** A job's ledger from what the journal holds of it. */
export function replay(job: Cid, records: Iterable<JournalRecord>, crypto: Turn['engine']['crypto'], opener?: Turn['engine']['opener']): JobLedger {
  const ledger = new JobLedger(job, crypto, opener);
  for (const record of records) if (record.kind === 'entry') ledger.add(openEntry(record.bytes, crypto));
  return ledger;
}

/** A job that was open when this peer stopped: ours, or one that we worked on, or both. */
export function recoverJob(turn: Turn, job: Cid, records: readonly JournalRecord[]): void {
  const { engine, effects } = turn;
  const ledger = replay(job, records, engine.crypto, engine.opener);
  if (ledger.posted === undefined) {
    effects.push({ type: 'offence', peer: engine.self, code: 'journal-incomplete', text: `The journal holds no posting of job ${job}` });
    return;
  }
  let afterwards = (): void => {};
  if (ledger.posted.requester === engine.self) {
    recoverRequested(turn, ledger);
    const own = engine.requested.get(job);
    if (own !== undefined) beginActing(turn, own, 0);
  } else afterwards = recoverStewarded(turn, ledger);
  recoverWorked(turn, replay(job, records, engine.crypto, engine.opener), records);
  afterwards();
}
