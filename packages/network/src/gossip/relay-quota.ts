import type { Clock, PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import type { Guard } from '../guard/guard.ts';
import { createTokenBucket, type TokenBucket } from '../guard/token-bucket.ts';

/** What one neighbour may relay to us, and how often it may be wrong. */
export interface RelayQuota {
  /** Counts one message; false beyond the rate. */
  allows(peer: PeerId): boolean;
  /** Something was wrong with what it relayed; too often, and it is cut off. */
  strike(peer: PeerId, reason: string): void;
  forget(peer: PeerId): void;
}

interface Standing {
  messages: TokenBucket;
  strikes: TokenBucket;
}

export interface RelayQuotaInit {
  clock: Clock;
  limits: NetworkLimits;
  guard: Guard;
}

export function createRelayQuota(init: RelayQuotaInit): RelayQuota {
  const { clock, limits, guard } = init;
  const standings = new Map<PeerId, Standing>();

  const standingOf = (peer: PeerId): Standing => {
    let standing = standings.get(peer);
    if (standing === undefined) {
      standing = {
        messages: createTokenBucket(clock, limits.gossipPerSecond, limits.gossipBurst),
        strikes: createTokenBucket(clock, limits.maxGossipStrikesPerMinute / 60, limits.maxGossipStrikesPerMinute),
      };
      standings.set(peer, standing);
    }
    return standing;
  };

  const strike = (peer: PeerId, reason: string): void => {
    if (!standingOf(peer).strikes.tryTake(1)) guard.ban(peer, reason);
  };

  return {
    allows(peer) {
      if (standingOf(peer).messages.tryTake(1)) return true;
      strike(peer, 'relayed messages beyond its rate');
      return false;
    },
    strike,
    forget: (peer) => void standings.delete(peer),
  };
}
