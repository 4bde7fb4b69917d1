import type { Crypto, PeerId, Random, Signer } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import type { SimNetwork } from '../world/network.ts';

/**
 * double-awarding: one lease to two, two to one, some to nobody's bid, for ever; flooding: offers without end; garbling: see
 * garbler.ts.
 */
export type HostileKind = 'double-awarding' | 'flooding' | 'garbling';

export interface HostileParts {
  signer: Signer;
  crypto: Crypto;
  random: Random;
  network: SimNetwork;
  now: () => number;
  /** Whom it bothers. */
  victims: readonly PeerId[];
}

/** Somebody without an engine, who keeps to no rule; until it leaves for good. */
export abstract class Hostile<Parts extends HostileParts = HostileParts> {
  readonly id: PeerId;
  protected readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
    this.id = peerIdOf(parts.signer.publicKey);
  }

  join(): void {
    this.parts.network.join(this.id, { message: (from, bytes) => this.hear(from, bytes), gossip: () => true, connected: () => {}, disconnected: () => {} });
  }

  leave(): void {
    this.parts.network.leave(this.id, false);
  }

  /** Bothers somebody. Called again and again. */
  abstract act(): void;

  /** Somebody answers. */
  protected hear(_from: PeerId, _bytes: Uint8Array): void {}

  protected anyVictim(): PeerId {
    const { random, victims } = this.parts;
    return victims[random.integer(victims.length)] as PeerId;
  }
}
