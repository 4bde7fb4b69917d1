import type { PeerId } from '@shoal/runtime';
import type { Advert, Opened } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import { countAdvert } from '../policy/members.ts';
import { blockOf } from './address-block.ts';

/** Takes an advert into the roster, as far as it counts here; false where it is nothing new. */
export function keepAdvert({ engine, now }: Turn, advert: Opened<Advert>, source?: string): boolean {
  const counted = countAdvert(engine, advert, now);
  return counted !== undefined && engine.roster.add(counted, now, source, engine.clockAheadMs);
}

/** Who told: a thousand identities at one public address are one. */
export function sourceOf({ seenAt }: Engine, from: PeerId): string {
  return blockOf([seenAt.get(from) ?? '']) || from;
}
