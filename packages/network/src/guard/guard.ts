import type { Clock, Logger, Metrics, PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import { createScores } from './scores.ts';

/** Remembers peers that broke the rules, and keeps them out for a while. */
export interface Guard {
  isBanned(peer: PeerId | string): boolean;
  /** Cuts the peer off now and refuses it for `banMs`. */
  ban(peer: PeerId, reason: string): void;
  /** Counts against the peer; too much of it in too short a time, and it is cut off. */
  report(peer: PeerId, points: number, reason: string): void;
}

export interface GuardInit {
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: Pick<NetworkLimits, 'banMs' | 'maxBanned' | 'maxOffencePoints' | 'offencePointsForgivenPerSecond' | 'maxOffenders'>;
  disconnect(peer: PeerId): void;
}

export function createGuard(init: GuardInit): Guard {
  const { clock, limits, metrics, logger } = init;
  const bannedUntil = new Map<string, number>();
  const scores = createScores(clock, limits);

  const isBanned = (peer: PeerId | string): boolean => {
    const until = bannedUntil.get(peer);
    if (until === undefined) return false;
    if (clock.monotonic() < until) return true;
    bannedUntil.delete(peer);
    return false;
  };

  const ban = (peer: PeerId, reason: string): void => {
    if (bannedUntil.size >= limits.maxBanned) bannedUntil.delete(bannedUntil.keys().next().value as string);
    bannedUntil.set(peer, clock.monotonic() + limits.banMs);
    metrics.add('network_peers_banned_total');
    logger.warn('Cut off a peer that broke the rules', { peer, reason });
    init.disconnect(peer);
  };

  return {
    isBanned,
    ban,
    report(peer, points, reason) {
      // What it had sent before it was cut off may still be read: that makes its ban no longer.
      if (points <= 0 || isBanned(peer)) return;
      metrics.add('network_offences_total');
      if (scores.add(peer, points) >= limits.maxOffencePoints) ban(peer, reason);
    },
  };
}
