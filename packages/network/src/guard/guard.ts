import type { Clock, Logger, Metrics, PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

/** Remembers peers that broke the rules, and keeps them out for a while. */
export interface Guard {
  isBanned(peer: PeerId | string): boolean;
  /** Cuts the peer off now and refuses it for `banMs`. */
  ban(peer: PeerId, reason: string): void;
}

export interface GuardInit {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: Pick<NetworkLimits, 'banMs' | 'maxBanned'>;
  disconnect(peer: PeerId): void;
}

export function createGuard(init: GuardInit): Guard {
  const bannedUntil = new Map<string, number>();
  return {
    isBanned(peer) {
      const until = bannedUntil.get(peer);
      if (until === undefined) return false;
      if (init.clock.monotonic() < until) return true;
      bannedUntil.delete(peer);
      return false;
    },
    ban(peer, reason) {
      if (bannedUntil.size >= init.limits.maxBanned) bannedUntil.delete(bannedUntil.keys().next().value as string);
      bannedUntil.set(peer, init.clock.monotonic() + init.limits.banMs);
      init.metrics.add('network_peers_banned_total');
      init.logger.warn('Cut off a peer that broke the rules', { peer, reason });
      init.disconnect(peer);
    },
  };
}
