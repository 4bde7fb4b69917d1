import { ShoalError, type GossipVerdict, type PeerId } from '@shoal/runtime';
import { limits, openAdvert, topics, type Advert, type Opened } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { forgetBids } from '../worker/bid.ts';
import { freeSlots } from '../worker/capacity.ts';
import { countAdvert } from '../policy/members.ts';
import { makeAdvert } from './own-advert.ts';
import type { KnownAdvert } from './roster.ts';

const timerKey = 'advertise';
/** Room for the CBOR frame of an adverts message. */
const frameBytes = 1_024;

/** Tells the others after a short pause, so that a burst of changes makes one advert. */
export function advertiseSoon({ engine, now }: Turn): void {
  engine.timers.setNoLater(timerKey, now + engine.config.timings.advertiseSoonMs);
}

export function isAdvertiseTimer(key: string): boolean {
  return key === timerKey;
}

/** Signs the newest advert, gossips it, and sets the time of the next. */
export function advertise(turn: Turn): void {
  const { engine, now, random, effects } = turn;
  const { timings } = engine.config;
  engine.roster.forgetExpired(now);
  forgetBids(turn);
  const own = makeAdvert(turn);
  keep(turn, own);
  effects.push({ type: 'publish', topic: topics.adverts(engine.config.mesh), bytes: own.bytes });
  engine.timers.set(timerKey, now + timings.advertiseEveryMs * (0.8 + random.float() * 0.4));
}

/** Takes an advert that somebody relayed; says whether it should travel on. */
export function receiveAdvert(turn: Turn, bytes: Uint8Array): GossipVerdict {
  const { engine, now, effects } = turn;
  try {
    const advert = openAdvert(bytes, engine.crypto);
    const { mesh, at, ttlMs } = advert.value;
    if (mesh !== engine.config.mesh) return 'reject';
    const clock = now - engine.clockAheadMs;
    if (at > clock + limits.maxClockSkewMs || at + ttlMs + limits.maxClockSkewMs < clock) return 'ignore';
    if (advert.author === engine.self || !keep(turn, advert)) return 'ignore';
    effects.push({ type: 'learn', peer: advert.author, addresses: advert.value.addresses });
    // A burst of adverts is one occasion to look for workers.
    for (const job of engine.requested.values()) if (job.outcome === 'open') engine.timers.setNoLater(job.timerKey, now + engine.config.timings.advertiseSoonMs);
    return 'accept';
  } catch (error) {
    if (error instanceof ShoalError) return 'reject';
    throw error;
  }
}

/** As far as it counts here; false where it is nothing new. */
function keep({ engine, now }: Turn, advert: Opened<Advert>): boolean {
  const counted = countAdvert(engine, advert, now);
  return counted !== undefined && engine.roster.add(counted, now);
}

/** Gives a new neighbour what we know, our own advert first and then a fresh sample of the others'. */
export function greet(turn: Turn, peer: PeerId): void {
  const { engine, random, effects } = turn;
  const own = lastAdvert(turn) ?? makeAdvert(turn);
  keep(turn, own);
  const others = engine.roster.all().filter((advert) => advert.author !== peer && advert.author !== engine.self);
  const adverts = [own.bytes];
  let bytes = own.bytes.length;
  while (others.length > 0 && adverts.length < limits.maxAdvertsPerMessage) {
    const [advert] = others.splice(random.integer(others.length), 1);
    if (advert === undefined || bytes + advert.bytes.length > limits.maxMessageBytes - frameBytes) break;
    adverts.push(advert.bytes);
    bytes += advert.bytes.length;
  }
  effects.push({ type: 'send', to: peer, message: { type: 'adverts', adverts } });
}

/** What was last said of this peer, where it still holds: what else changed is said to all in a moment. */
function lastAdvert({ engine, now }: Turn): KnownAdvert | undefined {
  const last = engine.roster.get(engine.self);
  const isFresh = last !== undefined && last.value.free === freeSlots(engine) && now < last.receivedAt + engine.config.timings.advertiseEveryMs;
  return isFresh ? last : undefined;
}
