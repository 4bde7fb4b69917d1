import { ShoalError, type GossipVerdict, type PeerId } from '@shoal/runtime';
import { limits, openAdvert } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { forgetBids } from '../worker/bid.ts';
import { advertise } from './advertise.ts';
import { keepAdvert, sourceOf } from './keep.ts';
import { noteNews, spreadNews } from './news.ts';

const advertiseKey = 'advertise';
const newsKey = 'news';

/** Tells the others after a short pause, so that a burst of changes makes one advert. */
export function advertiseSoon({ engine, now }: Turn): void {
  engine.advertStale = true;
  engine.timers.setNoLater(advertiseKey, now + engine.config.timings.advertiseSoonMs);
}

/** What is due of the timers of this folder; false for a timer of somebody else. */
export function wakeRoster(turn: Turn, key: string): boolean {
  if (key === newsKey) spreadNews(turn);
  else if (key === advertiseKey) {
    turn.engine.roster.forgetExpired(turn.now);
    forgetBids(turn);
    turn.engine.timers.set(advertiseKey, turn.now + advertise(turn) * (0.8 + turn.random.float() * 0.4));
  } else return false;
  return true;
}

/** An advert that was gossiped; says whether it should travel on. In a large mesh it does not: who publishes there does not know better yet. */
export function receiveGossipedAdvert(turn: Turn, from: PeerId, bytes: Uint8Array): GossipVerdict {
  const verdict = receiveAdvert(turn, sourceOf(turn.engine, from), bytes);
  return verdict === 'accept' && turn.engine.roster.isLarge ? 'ignore' : verdict;
}

/** Adverts that a peer handed over. Of whom nobody knew here, nobody may know behind us either: in a small mesh that is passed on. */
export function receiveAdverts(turn: Turn, from: PeerId, adverts: readonly Uint8Array[]): void {
  const { engine, now } = turn;
  const source = sourceOf(engine, from);
  const note = (author: PeerId): void => noteNews(turn, author);
  let rejected = 0;
  for (const bytes of adverts) if (receiveAdvert(turn, source, bytes, note) === 'reject') rejected += 1;
  // Whoever passes adverts on has opened them.
  if (rejected > 0) turn.effects.push({ type: 'offence', peer: from, code: 'advert-invalid', text: `It handed over ${rejected} adverts that are none of this mesh` });
  if (engine.news.size > 0) engine.timers.setNoLater(newsKey, now + engine.config.timings.advertiseSoonMs);
}

function receiveAdvert(turn: Turn, source: string, bytes: Uint8Array, onNew: (author: PeerId) => void = () => {}): GossipVerdict {
  const { engine, now, effects } = turn;
  try {
    const advert = openAdvert(bytes, engine.crypto);
    const { mesh, at, ttlMs } = advert.value;
    if (mesh !== engine.config.mesh) return 'reject';
    const clock = now - engine.clockAheadMs;
    if (at > clock + limits.maxClockSkewMs || at + ttlMs + limits.maxClockSkewMs < clock) return 'ignore';
    const isNew = !engine.roster.has(advert.author);
    if (advert.author === engine.self || !keepAdvert(turn, advert, source)) return 'ignore';
    if (isNew) onNew(advert.author);
    const { addresses } = advert.value;
    if (addresses.length > 0) effects.push({ type: 'learn', peer: advert.author, addresses });
    // A burst of adverts is one occasion to look for workers.
    for (const job of engine.requested.values()) if (job.outcome === 'open') engine.timers.setNoLater(job.timerKey, now + engine.config.timings.advertiseSoonMs);
    return 'accept';
  } catch (error) {
    if (error instanceof ShoalError) return 'reject';
    throw error;
  }
}
