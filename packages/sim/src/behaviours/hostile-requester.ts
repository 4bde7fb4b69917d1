import type { Cid, Crypto, PeerId, Random, Signer } from '@shoal/runtime';
import { decodeMessage, encodeMessage, openEntry, peerIdOf, sealEntry, type Fact, type JobSpec } from '@shoal/protocol';
import type { SimNetwork } from '../world/network.ts';

/** Somebody without an engine, who keeps to no rule; until it leaves for good. */
export interface Hostile {
  readonly id: PeerId;
  join(): void;
  leave(): void;
  /** Bothers somebody. Called again and again. */
  act(): void;
}

/**
 * double-awarding: one lease to two, two to one, some to nobody's bid, for ever; flooding: offers without end; garbling: see
 * garbler.ts.
 */
export type HostileKind = 'double-awarding' | 'flooding' | 'garbling';

export interface HostileParts {
  kind: HostileKind;
  signer: Signer;
  crypto: Crypto;
  random: Random;
  network: SimNetwork;
  now: () => number;
  /** Whom it bothers. */
  victims: readonly PeerId[];
  spec: (units: number) => JobSpec;
}

const floodOffersPerTurn = 20;
/** Then it offers the same ones again. */
const maxPostings = 200;
const aeonMs = 1e12;

/** A requester without an engine, that says what it likes to whoever listens; until it leaves for good. */
export class HostileRequester implements Hostile {
  readonly id: PeerId;
  private readonly parts: HostileParts;
  private lastLease = '';
  private readonly postings: Uint8Array[] = [];

  constructor(parts: HostileParts) {
    this.parts = parts;
    this.id = peerIdOf(parts.signer.publicKey);
  }

  join(): void {
    this.parts.network.join(this.id, { message: (from, bytes) => this.hear(from, bytes), gossip: () => true, connected: () => {}, disconnected: () => {} });
  }

  leave(): void {
    this.parts.network.leave(this.id, false);
  }

  act(): void {
    const { kind, victims, random } = this.parts;
    const offers = kind === 'flooding' ? floodOffersPerTurn : 1;
    for (let i = 0; i < offers; i += 1) this.offer(victims[random.integer(victims.length)] as PeerId);
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

  private hear(from: PeerId, bytes: Uint8Array): void {
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
    const { kind, random, victims } = this.parts;
    const lease = kind === 'double-awarding' && this.lastLease !== '' && random.float() < 0.5 ? this.lastLease : `hostile-${random.integer(1e9)}`;
    this.lastLease = lease;
    this.state(job, bidder, { kind: 'leased', lease, worker: bidder, until: this.parts.now() + aeonMs });
    if (kind !== 'double-awarding') return;
    const other = victims[random.integer(victims.length)] as PeerId;
    this.state(job, other, { kind: 'leased', lease, worker: other, until: this.parts.now() + aeonMs });
    this.state(job, bidder, { kind: 'leased', lease: `${lease}-2`, worker: bidder, until: this.parts.now() + aeonMs });
  }

  private state(job: Cid, to: PeerId, fact: Fact): void {
    const { signer, crypto, now, network } = this.parts;
    const entry = sealEntry({ job, at: now(), facts: [fact] }, signer, crypto);
    network.send(this.id, to, encodeMessage({ type: 'entries', job, entries: [entry.bytes] }));
  }
}
