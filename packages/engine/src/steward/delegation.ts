import type { PeerId } from '@shoal/runtime';
import { openEntry, unitCount, type Entry } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';

/** A delegation proves itself: it is the requester's word. Undefined where these bytes are none of it for this job. */
export function openDelegation({ crypto }: Pick<Engine, 'crypto'>, job: JobLedger['job'], requester: PeerId | undefined, bytes: Uint8Array): Entry | undefined {
  const entry = openEntry(bytes, crypto);
  const isDelegation = entry.value.facts.length === 1 && entry.value.facts[0]?.kind === 'delegated';
  return isDelegation && entry.author === requester && entry.job === job ? entry : undefined;
}

/** Takes a delegation into a ledger of ours, and writes it down. */
export function learnDelegation(turn: Turn, { ledger }: { ledger: JobLedger }, bytes: Uint8Array): void {
  const { engine, effects } = turn;
  const entry = openDelegation(engine, ledger.job, ledger.posted?.requester, bytes);
  if (entry === undefined || ledger.entries.has(entry.id) || !isWithinShare(engine, ledger, entry) || !ledger.add(entry)) return;
  effects.push({ type: 'append', records: [{ scope: ledger.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
}

/** What one of those who speak for a job may fill of its ledger at others. */
export function isWithinShare({ config }: Pick<Engine, 'config'>, ledger: JobLedger, entry: Entry): boolean {
  const { maxWorkedLedgerBytes, maxWorkedLedgerBytesPerUnit } = config.timings;
  const units = ledger.posted === undefined ? 0 : unitCount(ledger.posted.spec);
  return ledger.bytesBy(entry.author) + entry.bytes.length <= maxWorkedLedgerBytes + maxWorkedLedgerBytesPerUnit * units;
}
