import type { Crypto, Signer } from '@shoal/runtime';
import { decodeMessage, encodeMessage, openEntry, sealEntry, type Entry } from '@shoal/protocol';
import type { WorkerKind } from './worker.ts';

/** What leaves a peer of this kind in place of what its engine says; undefined: nothing. */
export function outgoing({ kind, signer, crypto }: { kind: WorkerKind; signer: Signer; crypto: Crypto }, bytes: Uint8Array): Uint8Array | undefined {
  if (kind !== 'secretive' && kind !== 'turncoat') return bytes;
  const message = decodeMessage(bytes, crypto.opened);
  if (message.type !== 'entries') return bytes;
  const entries = message.entries.map((entry) => openEntry(entry, crypto));
  if (kind === 'secretive') return entries.some((entry) => has(entry, 'revealed')) ? undefined : bytes;
  return encodeMessage({ ...message, entries: entries.map((entry) => (has(entry, 'committed') ? bent(entry, signer, crypto) : entry.bytes)) });
}

function has(entry: Entry, kind: string): boolean {
  return entry.value.facts.some((fact) => fact.kind === kind);
}

/** The same entry, with commitments that nothing opens. */
function bent(entry: Entry, signer: Signer, crypto: Crypto): Uint8Array {
  const facts = entry.value.facts.map((fact) => (fact.kind === 'committed' ? { ...fact, commitment: fact.commitment.map((byte) => byte ^ 255) } : fact));
  return sealEntry({ job: entry.job, at: entry.value.at, facts }, signer, crypto).bytes;
}
