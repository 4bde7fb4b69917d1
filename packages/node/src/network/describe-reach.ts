import type { PeerStatus } from '@shoal/peer';
import { plural } from '../output/text.ts';

/** Whether and how others reach this peer, in a line. */
export function describeReach({ reach, links }: Pick<PeerStatus, 'reach' | 'links'>): string {
  const relayed = new Set(links.filter(({ way }) => way === 'relayed').map(({ peer }) => peer));
  for (const { peer, way } of links) if (way === 'direct') relayed.delete(peer);
  const ways = relayed.size === 0 ? '' : `; ${plural(relayed.size, 'neighbour')} by way of a relay`;
  const guests = reach.relaying && reach.guests.length > 0 ? `; relays for ${plural(reach.guests.length, 'peer')}` : '';
  return `${verdictOf(reach)}${ways}${guests}`;
}

function verdictOf({ verdict, relays }: PeerStatus['reach']): string {
  if (verdict === 'reachable') return 'others can dial this peer';
  if (verdict === 'unknown') return 'nobody on another machine has tried to dial this peer yet';
  return relays.length === 0 ? 'nobody can dial this peer, and no relay is known' : `nobody can dial this peer; it is reached through ${plural(relays.length, 'relay')}`;
}
