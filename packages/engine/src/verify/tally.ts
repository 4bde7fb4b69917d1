import type { Cid, PeerId } from '@shoal/runtime';
import { isIndependent, type OriginsOf } from './independent.ts';

export interface Tally {
  /** Results by the distinct operators that stand for them, largest first, ties by CID. */
  groups: { result: Cid; workers: PeerId[] }[];
  /** The result that reached the quorum alone at the top, if there is one. */
  winner: { result: Cid; workers: PeerId[] } | undefined;
  /** More than one result was shown. */
  disputed: boolean;
  /** Further matching results that the best group lacks. */
  lacking: number;
}

/**
 * Counts votes. A tie for the top is no win, whatever the order of arrival: a further run must decide.
 * @param originsOf what peers may have in common; those that do count once.
 */
export function tally(votes: ReadonlyMap<PeerId, Cid>, quorum: number, originsOf: OriginsOf): Tally {
  const byResult = new Map<Cid, Set<PeerId>>();
  for (const worker of [...votes.keys()].sort()) {
    const result = votes.get(worker) as Cid;
    const group = byResult.get(result) ?? new Set<PeerId>();
    if (isIndependent(worker, group, originsOf)) group.add(worker);
    byResult.set(result, group);
  }
  const groups = [...byResult]
    .map(([result, group]) => ({ result, workers: [...group.values()] }))
    .sort((a, b) => b.workers.length - a.workers.length || (a.result < b.result ? -1 : 1));
  const [first, second] = groups;
  const alone = first !== undefined && first.workers.length > (second?.workers.length ?? 0);
  const winner = alone && first.workers.length >= quorum ? first : undefined;
  const best = first?.workers.length ?? 0;
  const lacking = winner !== undefined ? 0 : Math.max(quorum - best, alone || first === undefined ? 0 : 1);
  return { groups, winner, disputed: groups.length > 1, lacking };
}
