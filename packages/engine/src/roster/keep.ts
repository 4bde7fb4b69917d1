import type { PeerId } from '@shoal/runtime';
import type { Advert, Opened } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { countAdvert } from '../policy/members.ts';

/** Takes an advert into the roster, as far as it counts here; false where it is nothing new. */
export function keepAdvert({ engine, now }: Turn, advert: Opened<Advert>, via?: PeerId): boolean {
  const counted = countAdvert(engine, advert, now);
  return counted !== undefined && engine.roster.add(counted, now, via, engine.clockAheadMs);
}
