import type { Clock, PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

/** What stands against peers: points that fade. */
export interface Scores {
  /** Adds to what is left of a peer's points, and says what that makes, at most `maxOffencePoints`. */
  add(peer: PeerId, points: number): number;
}

export function createScores(clock: Clock, limits: Pick<NetworkLimits, 'maxOffencePoints' | 'offencePointsForgivenPerSecond' | 'maxOffenders'>): Scores {
  const standing = new Map<PeerId, { points: number; at: number }>();
  return {
    add(peer, points) {
      const now = clock.monotonic();
      const before = standing.get(peer) ?? { points: 0, at: now };
      const left = Math.max(0, before.points - ((now - before.at) * limits.offencePointsForgivenPerSecond) / 1_000);
      const sum = Math.min(limits.maxOffencePoints, left + points);
      standing.delete(peer); // to the end: reported last
      if (standing.size >= limits.maxOffenders) standing.delete(standing.keys().next().value as PeerId);
      standing.set(peer, { points: sum, at: now });
      return sum;
    },
  };
}
