import type { Cid, Crypto, PeerId, Signer } from '@shoal/runtime';
import { decodeMessage, encodeMessage, openEntry, ProtocolError, sealEntry, type Entry, type Fact, type FactOf } from '@shoal/protocol';

interface Wanted {
  requester: PeerId;
  lease: string;
  told: boolean;
  shown: boolean;
}

/**
 * Runs nothing. Asks the requester for the whole ledger, again and again, and repeats under its own name what others
 * committed to and showed, byte by byte: commitments bind to a name, so none of this may ever count.
 */
export class Copier {
  private readonly wanted = new Map<string, Wanted>();
  private readonly parts: { signer: Signer; crypto: Crypto; self: PeerId; now: () => number; send: (to: PeerId, bytes: Uint8Array) => void };

  constructor(parts: Copier['parts']) {
    this.parts = parts;
  }

  /** A unit that it should run. */
  want(job: Cid, unit: number, requester: PeerId, lease: string): void {
    this.wanted.set(`${job}/${unit}`, { requester, lease, told: false, shown: false });
    this.ask(job, requester);
  }

  /** Asks once more for what others said, where there is something left to copy. */
  askAgain(): void {
    const jobs = new Map<Cid, PeerId>();
    for (const [key, { requester, shown }] of this.wanted) if (!shown) jobs.set(key.split('/')[0] as Cid, requester);
    for (const [job, requester] of jobs) this.ask(job, requester);
  }

  /** Looks into whatever comes. */
  overhear(bytes: Uint8Array): void {
    for (const entry of entriesIn(bytes, this.parts.crypto)) {
      if (entry.author !== this.parts.self) for (const fact of entry.value.facts) this.copy(entry.job, fact);
    }
  }

  private copy(job: Cid, fact: Fact): void {
    if (fact.kind !== 'committed' && fact.kind !== 'revealed') return;
    const wanted = this.wanted.get(`${job}/${fact.unit}`);
    if (wanted === undefined) return;
    if (fact.kind === 'committed' && !wanted.told) {
      wanted.told = true;
      this.state(job, wanted, { kind: 'committed', lease: wanted.lease, unit: fact.unit, commitment: fact.commitment });
    }
    if (fact.kind === 'revealed' && !wanted.shown) {
      wanted.shown = true;
      const { unit, salt, result, document }: FactOf<'revealed'> = fact;
      this.state(job, wanted, { kind: 'revealed', unit, salt, result, document });
    }
  }

  /** "I have nothing": whoever answers sends all there is. */
  private ask(job: Cid, requester: PeerId): void {
    const nothing = { after: new Uint8Array(), upTo: new Uint8Array(), ids: [] };
    this.parts.send(requester, encodeMessage({ type: 'reconcile', job, ranges: [nothing], want: [] }));
  }

  private state(job: Cid, { requester }: Wanted, fact: Fact): void {
    const { signer, crypto, now, send } = this.parts;
    const entry = sealEntry({ job, at: now(), facts: [fact] }, signer, crypto);
    send(requester, encodeMessage({ type: 'entries', job, entries: [entry.bytes] }));
  }
}

/** None, for bytes that are no message. */
function entriesIn(bytes: Uint8Array, crypto: Crypto): Entry[] {
  try {
    const message = decodeMessage(bytes, crypto.opened);
    return message.type === 'entries' ? message.entries.map((sealed) => openEntry(sealed, crypto)) : [];
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}
