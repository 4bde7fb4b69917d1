import type { PeerId } from '@shoal/runtime';
import { limits, topics, type Advert, type Opened } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { currentAdvert, renewAdvert } from './own-advert.ts';
import { repeatMs } from './pace.ts';

/** Adverts in one message, by count and by size. */
interface Parcel {
  count: number;
  bytes: number;
}

/** Room for the CBOR frame of an adverts message. */
const frameBytes = 1_024;
const fullParcel: Parcel = { count: limits.maxAdvertsPerMessage, bytes: limits.maxMessageBytes - frameBytes };

/**
 * Tells others of us; returns after how long to do it again. In a small mesh everybody hears it, by gossip, less often
 * the more there are. In a large one that would cost each peer more the larger it is: there, each hands a few adverts to
 * a few neighbours, its own among them, and everybody knows a sample of the others (docs/ARCHITECTURE.md, Discovery).
 */
export function advertise(turn: Turn): number {
  const { engine, effects } = turn;
  const { timings } = engine.config;
  if (!engine.roster.isLarge) {
    const own = renewAdvert(turn);
    effects.push({ type: 'publish', topic: topics.adverts(engine.config.mesh), bytes: own.bytes });
    return repeatMs(engine);
  }
  const adverts = parcelOf(turn, currentAdvert(turn), { count: timings.shuffleAdverts, bytes: timings.maxShuffleBytes });
  const message = { type: 'adverts', adverts } as const;
  for (const peer of somePeers(turn, timings.shufflePeers)) effects.push({ type: 'send', to: peer, message });
  return timings.shuffleEveryMs;
}

/** Gives a new neighbour what we know, our own advert first and then a sample of the others'. */
export function greet(turn: Turn, peer: PeerId): void {
  const { engine, effects } = turn;
  const { timings } = engine.config;
  const parcel = engine.roster.isLarge ? { count: timings.shuffleAdverts, bytes: timings.maxShuffleBytes } : fullParcel;
  const adverts = parcelOf(turn, currentAdvert(turn), parcel, peer);
  effects.push({ type: 'send', to: peer, message: { type: 'adverts', adverts } });
}

/** Ours and some others, in a large mesh such as are fresh, as far as there is room. */
function parcelOf({ engine, now, random }: Turn, own: Opened<Advert>, { count, bytes }: Parcel, except?: PeerId): Uint8Array[] {
  const adverts = [own.bytes];
  let left = bytes - own.bytes.length;
  const oldest = engine.roster.isLarge ? engine.config.timings.handOnShare : 1;
  const others = engine.roster.sample(count - 1, random, ({ author, expiresAt, value }) => author !== engine.self && author !== except && expiresAt - now > (1 - oldest) * value.ttlMs);
  for (const advert of others) {
    left -= advert.bytes.length;
    if (left < 0) break;
    adverts.push(advert.bytes);
  }
  return adverts;
}

/** A few of those to whom we are connected. */
export function somePeers({ engine, random }: Turn, count: number, except?: PeerId): PeerId[] {
  const peers = [...engine.connected].filter((peer) => peer !== except);
  const drawn: PeerId[] = [];
  while (drawn.length < count && peers.length > 0) drawn.push(...peers.splice(random.integer(peers.length), 1));
  return drawn;
}
