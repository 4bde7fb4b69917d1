import type { Clock, PeerId } from '@shoal/runtime';
import { transferLimits } from '../limits.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Lets each peer look up so many blocks a second, and makes it wait beyond that. */
export class LookupRate {
  readonly #clock: Clock;
  /** The longest unused first. */
  readonly #buckets = new Map<PeerId, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the peer may have so many more looked up. */
  async spend(peer: PeerId, lookups: number): Promise<void> {
    const bucket = this.#refilled(peer);
    bucket.tokens -= lookups;
    if (bucket.tokens >= 0) return;
    const waitMs = (-bucket.tokens / transferLimits.lookupsPerSecond) * 1000;
    await new Promise<void>((resolve) => {
      this.#clock.setTimer(waitMs, resolve);
    });
  }

  #refilled(peer: PeerId): Bucket {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(peer) ?? { tokens: transferLimits.lookupBurst, atMs: now };
    const earned = ((now - bucket.atMs) / 1000) * transferLimits.lookupsPerSecond;
    bucket.tokens = Math.min(transferLimits.lookupBurst, bucket.tokens + earned);
    bucket.atMs = now;
    this.#buckets.delete(peer);
    this.#buckets.set(peer, bucket);
    if (this.#buckets.size > transferLimits.ratedPeers) this.#buckets.delete(this.#buckets.keys().next().value as PeerId);
    return bucket;
  }
}
