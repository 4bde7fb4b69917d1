import type { PeerId } from '@shoal/runtime';

/** What is known of where a peer comes from: its operator, the block of addresses at which it was seen. */
export type OriginsOf = (peer: PeerId) => ReadonlySet<string> | undefined;

/** Whether a peer has nothing in common with any of the others, by what is known: then its word is one more. */
export function isIndependent(peer: PeerId, others: Iterable<PeerId>, originsOf: OriginsOf): boolean {
  const own = originsOf(peer);
  for (const other of others) {
    if (other === peer) return false;
    if (own === undefined) continue;
    for (const origin of originsOf(other) ?? []) if (own.has(origin)) return false;
  }
  return true;
}

/**
 * Peers of which no two have anything in common: by their ids, each that has nothing in common with those before it. What
 * two have in common is not passed on to a third: whoever has one foot in each of two networks does not make them one.
 */
export function independentOf(peers: Iterable<PeerId>, originsOf: OriginsOf): PeerId[] {
  const chosen: PeerId[] = [];
  for (const peer of [...peers].sort()) if (isIndependent(peer, chosen, originsOf)) chosen.push(peer);
  return chosen;
}
