import type { Crypto, PeerId, Signer } from '@shoal/runtime';
import { decodeMessage, encodeMessage, encodeResult, limits, openEntry, peerIdOf, sealEntry, type Entry, type MessageOf } from '@shoal/protocol';
import type { WorkerKind } from './worker.ts';

/** What leaves a peer of this kind in place of what its engine says; undefined: nothing. */
export function outgoing({ kind, signer, crypto }: { kind: WorkerKind; signer: Signer; crypto: Crypto }, bytes: Uint8Array): Uint8Array | undefined {
  if (kind !== 'secretive' && kind !== 'turncoat' && kind !== 'usurping') return bytes;
  const message = decodeMessage(bytes, crypto.opened);
  if (message.type !== 'entries') return bytes;
  const entries = message.entries.map((entry) => openEntry(entry, crypto));
  if (kind === 'usurping') {
    const verdicts = entries.flatMap((entry) => verdictOn(entry, signer, crypto));
    return encodeMessage({ ...message, entries: [...message.entries, ...verdicts].slice(0, limits.maxFactsPerEntry) }, crypto.opened); // as many as a message may carry
  }
  if (kind === 'secretive') return withheld(message, entries, peerIdOf(signer.publicKey), crypto);
  return encodeMessage({ ...message, entries: entries.map((entry) => (has(entry, 'committed') ? bent(entry, signer, crypto) : entry.bytes)) });
}

/** It shows nothing of its own. What others showed goes out all the same: it may be their steward, and an honest one. */
function withheld(message: MessageOf<'entries'>, entries: readonly Entry[], self: PeerId, crypto: Crypto): Uint8Array | undefined {
  const shown = entries.filter((entry) => entry.author !== self || !has(entry, 'revealed'));
  if (shown.length === 0) return undefined;
  return encodeMessage({ ...message, entries: shown.map(({ bytes }) => bytes) }, crypto.opened);
}

function has(entry: Entry, kind: string): boolean {
  return entry.value.facts.some((fact) => fact.kind === kind);
}

/** The same entry, with commitments that nothing opens. */
function bent(entry: Entry, signer: Signer, crypto: Crypto): Uint8Array {
  const facts = entry.value.facts.map((fact) => (fact.kind === 'committed' ? { ...fact, commitment: fact.commitment.map((byte) => byte ^ 255) } : fact));
  return sealEntry({ job: entry.job, at: entry.value.at, facts }, signer, crypto).bytes;
}

/**
 * Accepts something that nobody showed in the requester's name, for the units that it ran; where it is a steward, in whose
 * hands that is, for those as well that it accepts.
 */
function verdictOn(entry: Entry, signer: Signer, crypto: Crypto): Uint8Array[] {
  return entry.value.facts.flatMap((fact) => {
    if (fact.kind !== 'committed' && fact.kind !== 'revealed' && fact.kind !== 'accepted') return [];
    const { cid } = encodeResult({ stdout: { inline: new Uint8Array([fact.unit & 255]) }, files: [] }, crypto);
    return [sealEntry({ job: entry.job, at: entry.value.at, facts: [{ kind: 'accepted', unit: fact.unit, result: cid, workers: [entry.author] }] }, signer, crypto).bytes];
  });
}
