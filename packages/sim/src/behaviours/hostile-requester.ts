import type { Cid, PeerId } from '@shoal/runtime';
import { decodeMessage, encodeMessage, openEntry, sealEntry, type Fact, type JobSpec } from '@shoal/protocol';
import { Hostile, type HostileParts } from './hostile.ts';

export interface HostileRequesterParts extends HostileParts {
  kind: 'double-awarding' | 'flooding';
  spec: (units: number) => JobSpec;
}

const floodOffersPerTurn = 20;
/** Then it offers the same ones again. */
const maxPostings = 200;
const aeonMs = 1e12;

/** A requester without an engine, that says what it likes to whoever listens; until it leaves for good. */
export class HostileRequester extends Hostile<HostileRequesterParts> {
  private lastLease = '';
  private readonly postings: Uint8Array[] = [];

  act(): void {
    const offers = this.parts.kind === 'flooding' ? floodOffersPerTurn : 1;
    for (let i = 0; i < offers; i += 1) this.offer(this.anyVictim());
  }

  private offer(to: PeerId): void {
    const { random, network } = this.parts;
    if (this.postings.length < maxPostings) this.postings.push(this.posting());
    network.send(this.id, to, this.postings[random.integer(this.postings.length)] as Uint8Array);
  }

  private posting(): Uint8Array {
    const { random, crypto, signer, now, spec } = this.parts;
    const fact: Fact = { kind: 'posted', mesh: 'sim', spec: spec(1 + random.integer(5)), nonce: random.bytes(16) };
    const posted = sealEntry({ at: now(), facts: [fact] }, signer, crypto);
    return encodeMessage({ type: 'offer', posted: posted.bytes }, crypto.opened);
  }

  protected override hear(from: PeerId, bytes: Uint8Array): void {
    const { crypto, network } = this.parts;
    const message = decodeMessage(bytes, crypto.opened);
    if (message.type === 'entries') {
      for (const sealed of message.entries) {
        const entry = openEntry(sealed, crypto);
        if (entry.value.facts.some((fact) => fact.kind === 'bid')) this.award(entry.job, from);
      }
    }
    if (message.type === 'pull') {
      const run = this.parts.kind === 'double-awarding' ? [0, 0, 1, 99_999] : [0];
      network.send(this.id, from, encodeMessage({ type: 'assign', job: message.job, lease: message.lease, run, drop: [] }));
    }
  }

  private award(job: Cid, bidder: PeerId): void {
    const { kind, random } = this.parts;
    const lease = kind === 'double-awarding' && this.lastLease !== '' && random.float() < 0.5 ? this.lastLease : `hostile-${random.integer(1e9)}`;
    this.lastLease = lease;
    this.state(job, bidder, { kind: 'leased', lease, worker: bidder, until: this.parts.now() + aeonMs });
    if (kind !== 'double-awarding') return;
    const other = this.anyVictim();
    this.state(job, other, { kind: 'leased', lease, worker: other, until: this.parts.now() + aeonMs });
    this.state(job, bidder, { kind: 'leased', lease: `${lease}-2`, worker: bidder, until: this.parts.now() + aeonMs });
  }

  private state(job: Cid, to: PeerId, fact: Fact): void {
    const { signer, crypto, now, network } = this.parts;
    const entry = sealEntry({ job, at: now(), facts: [fact] }, signer, crypto);
    network.send(this.id, to, encodeMessage({ type: 'entries', job, entries: [entry.bytes] }));
  }
}
