import type { PeerId, Random } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

export interface TrimInput {
  neighbours: { peer: PeerId; forMs: number }[];
  /** Gossip, messages or streams run over this neighbour. */
  isUseful(peer: PeerId): boolean;
  random: Random;
  limits: Pick<NetworkLimits, 'neighbourCap' | 'neighbourTarget' | 'trimGraceMs'>;
}

/**
 * Neighbours to let go when there are more than the cap. Never a useful one, never one that has just come
 * (it may be joining through us). Among the rest the choice is random, which keeps the mesh well mixed.
 */
export function chooseLeavers(input: TrimInput): PeerId[] {
  const { neighbours, limits, random } = input;
  if (neighbours.length <= limits.neighbourCap) return [];
  const candidates = neighbours.filter(({ peer, forMs }) => forMs > limits.trimGraceMs && !input.isUseful(peer)).map(({ peer }) => peer);
  const leavers: PeerId[] = [];
  for (let excess = neighbours.length - limits.neighbourTarget; excess > 0 && candidates.length > 0; excess -= 1) {
    leavers.push(...candidates.splice(random.integer(candidates.length), 1));
  }
  return leavers;
}
