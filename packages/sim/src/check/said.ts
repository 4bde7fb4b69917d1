import { openEntry, type Message } from '@shoal/protocol';
import type { SimPeer } from '../world/peer.ts';
import type { Report } from './report.ts';

/** What a peer says of a job is in its journal before. A bid alone may be forgotten: it binds nobody. */
export function checkSaid(peer: SimPeer, message: Message, report: Report): void {
  if (message.type !== 'entries') return;
  for (const bytes of message.entries) {
    const entry = openEntry(bytes, peer.options.crypto);
    if (entry.author !== peer.id || entry.value.facts.every(({ kind }) => kind === 'bid')) continue;
    // Whoever has just handed a job back has forgotten all of it.
    const isForgotten = !peer.journal.has(entry.job, 'entry', entry.job);
    if (!isForgotten && !peer.journal.has(entry.job, 'entry', entry.id)) report('said-is-written', `peer ${peer.index} says what it would not know after a crash (${entry.value.facts[0]?.kind})`);
  }
}
