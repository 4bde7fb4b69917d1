import type { Clock, PeerId, Random } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

/**
 * Neighbours that went away without being let go: a cut link, a crash, a nap. They are tried again for a while,
 * so that two halves of a mesh find each other once the cut has healed, although each half has neighbours enough.
 */
export interface LostPeers {
  add(peer: PeerId): void;
  remove(peer: PeerId): void;
  /** Those to dial now, at most `max`; each is due again later, ever later. */
  due(max: number): PeerId[];
}

interface Lost {
  retryMs: number;
  nextAt: number;
}

export function createLostPeers(
  clock: Clock,
  random: Random,
  limits: Pick<NetworkLimits, 'lostRetryMs' | 'lostRetryMaxMs' | 'maxLostPeers'>,
): LostPeers {
  const lost = new Map<PeerId, Lost>();
  const spread = (waitMs: number): number => waitMs * (0.75 + random.float() / 2);

  return {
    add(peer) {
      if (lost.size >= limits.maxLostPeers) lost.delete(lost.keys().next().value as PeerId);
      lost.set(peer, { retryMs: limits.lostRetryMs, nextAt: clock.monotonic() + spread(limits.lostRetryMs) });
    },
    remove: (peer) => void lost.delete(peer),
    due(max) {
      const now = clock.monotonic();
      const peers: PeerId[] = [];
      for (const [peer, entry] of lost) {
        if (peers.length === max) break;
        if (entry.nextAt > now) continue;
        peers.push(peer);
        entry.retryMs = Math.min(limits.lostRetryMaxMs, entry.retryMs * 1.5);
        entry.nextAt = now + spread(entry.retryMs);
      }
      return peers;
    },
  };
}
