import { decodeMessage, messageTable, openEntry } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { Report } from './report.ts';

/** What a peer says of a job is in its journal before. A bid alone may be forgotten: it binds nobody. */
export function checkSaid(peer: SimPeer, message: Uint8Array, report: Report): void {
  if (message[0] !== messageTable.entries.id) return;
  const decoded = decodeMessage(message, peer.options.crypto.opened);
  if (decoded.type !== 'entries') return;
  for (const bytes of decoded.entries) {
    const entry = openEntry(bytes, peer.options.crypto);
    if (entry.author !== peer.id || entry.value.facts.every(({ kind }) => kind === 'bid')) continue;
    // Whoever has just handed a job back has forgotten all of it.
    const isForgotten = !peer.journal.has(entry.job, 'entry', entry.job);
    if (!isForgotten && !peer.journal.has(entry.job, 'entry', entry.id)) report('said-is-written', `peer ${peer.index} says what it would not know after a crash (${entry.value.facts[0]?.kind})`);
  }
}
