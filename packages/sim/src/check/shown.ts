import type { Cid } from '@shoal/runtime';
import { replay } from '@shoal/engine';
import { openEntry, type Entry, type Message } from '@shoal/protocol';
import { bentKinds } from '../behaviours/worker.ts';
import type { SimPeer } from '../world/peer.ts';
import { commitsTo } from './commitments.ts';
import type { Report } from './report.ts';

/** Whoever keeps to the protocol shows what it had bound itself to: after a restart as well. */
export class Shown {
  /** What was said by its author. Later it is passed on: by a steward that was it too, and has forgotten what it did before. */
  private readonly said = new Set<Cid>();

  look(peer: SimPeer, message: Message, report: Report): void {
    if (message.type !== 'entries' || bentKinds.has(peer.options.kind)) return;
    for (const bytes of message.entries) {
      const entry = openEntry(bytes, peer.options.crypto);
      if (entry.author !== peer.id || this.said.has(entry.id) || entry.value.facts.every(({ kind }) => kind !== 'revealed')) continue;
      this.said.add(entry.id);
      opensItsOwn(peer, entry, report);
    }
  }
}

/** By its journal: of what it said for an earlier lease, its engine may know nothing any more. */
function opensItsOwn({ id, index, journal, options }: SimPeer, { job, value }: Entry, report: Report): void {
  const ledger = replay(job, journal.replay(job), options.crypto);
  if (ledger.posted === undefined || ledger.posted.spec.verify.quorum === 1) return; // it has just handed the job back, or nobody binds himself
  for (const fact of value.facts) {
    if (fact.kind === 'revealed' && !commitsTo(ledger, id, fact, options.crypto)) report('shown-as-committed', `peer ${index} shows for unit ${fact.unit} what it had not committed to`);
  }
}
