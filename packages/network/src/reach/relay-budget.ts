import type { Clock } from '@shoal/runtime';
import { createTokenBucket, type TokenBucket } from '../guard/token-bucket.ts';
import type { NetworkLimits } from '../defaults.ts';

/** What this peer relays for others: so much an hour for each that dials through it, whichever circuits it uses. */
export interface RelayBudget {
  /** It may open one circuit more. */
  mayOpen(peer: string): boolean;
  /** Takes the bytes from the peer's allowance; false when it is used up. */
  pass(peer: string, bytes: number): boolean;
  readonly relayedBytes: number;
}

export function createRelayBudget(clock: Clock, limits: Pick<NetworkLimits, 'relayBytesPerPeerPerHour' | 'maxRelayedPeers'>): RelayBudget {
  const buckets = new Map<string, TokenBucket>();
  let relayedBytes = 0;
  const of = (peer: string): TokenBucket => {
    let bucket = buckets.get(peer);
    if (bucket === undefined) {
      if (buckets.size >= limits.maxRelayedPeers) buckets.delete(buckets.keys().next().value as string);
      bucket = createTokenBucket(clock, limits.relayBytesPerPeerPerHour / 3_600, limits.relayBytesPerPeerPerHour);
      buckets.set(peer, bucket);
    }
    return bucket;
  };
  return {
    mayOpen: (peer) => of(peer).tryTake(0),
    pass(peer, bytes) {
      relayedBytes += bytes;
      return of(peer).take(bytes) === 0;
    },
    get relayedBytes() {
      return relayedBytes;
    },
  };
}
