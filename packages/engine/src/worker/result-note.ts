import type { Cid, Crypto, JournalRecord } from '@shoal/runtime';
import { documentCid } from '@shoal/protocol';

const prefix = 'result/';

/** Under this key a worker notes what it will show for a unit. The result is named: a sealed document does not tell it. */
export function resultNoteKey(unit: number, result: Cid): string {
  return `${prefix}${unit}/${result}`;
}

/** What was noted before a restart; undefined for records of another kind. Notes of older journals name no result, and hold a plain one. */
export function readResultNote({ kind, key, bytes }: JournalRecord, crypto: Crypto): { unit: number; result: Cid; document: Uint8Array } | undefined {
  if (kind !== 'note' || !key.startsWith(prefix)) return undefined;
  const [unit, result] = key.slice(prefix.length).split('/');
  return { unit: Number(unit), result: (result ?? documentCid(bytes, crypto)) as Cid, document: bytes };
}
