import type { JournalRecord } from '@shoal/runtime';
import { StoreError } from '../errors.ts';
import { journalLimits } from '../limits.ts';

/** Fails with `record-invalid` when records are beyond the journal's bounds. */
export function checkRecords(records: readonly JournalRecord[]): void {
  if (records.length > journalLimits.appendRecords) {
    throw invalid(`append ${records.length} records at once: expected at most ${journalLimits.appendRecords}`);
  }
  for (const { scope, kind, key, bytes } of records) {
    checkScope(scope);
    if (kind !== 'entry' && kind !== 'note') throw invalid(`append a record of kind ${JSON.stringify(kind)}: expected entry or note`);
    if (key.length > journalLimits.keyChars) throw invalid(`append a record with a key of ${key.length} characters: expected at most ${journalLimits.keyChars}`);
    if (bytes.length > journalLimits.recordBytes) throw invalid(`append a record of ${bytes.length} bytes: expected at most ${journalLimits.recordBytes}`);
  }
}

export function checkScope(scope: string): void {
  if (scope.length > journalLimits.scopeChars) throw invalid(`use a scope of ${scope.length} characters: expected at most ${journalLimits.scopeChars}`);
}

export function checkSummary(summary: Uint8Array): void {
  if (summary.length > journalLimits.summaryBytes) throw invalid(`keep a summary of ${summary.length} bytes: expected at most ${journalLimits.summaryBytes}`);
}

export function closedError(what: string): StoreError {
  return new StoreError('store-stopped', `Cannot ${what}: the journal is closed`);
}

function invalid(what: string): StoreError {
  return new StoreError('record-invalid', `Cannot ${what}`);
}
