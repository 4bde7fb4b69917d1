import type { PeerId } from '@shoal/runtime';
import type { MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { matchSelector, parseSelector } from '../market/selector.ts';
import { currentAdvert } from './own-advert.ts';
import type { KnownAdvert } from './roster.ts';

/** Answers a peer that seeks workers: ourselves first, where we would do, then some of those that we know. */
export function receiveSeek(turn: Turn, from: PeerId, sought: MessageBody<'seek'>): void {
  const { engine, now, random, effects } = turn;
  const selector = parseSelector(sought.where);
  const fits = ({ value }: Pick<KnownAdvert, 'value'>): boolean =>
    value.slots > 0 &&
    (value.opensAt ?? 0) <= now &&
    value.memoryBytes >= sought.memoryBytes &&
    value.engines.includes(sought.engine) &&
    (sought.dataset === undefined || value.datasets.some(({ cid, held }) => cid === sought.dataset && held.some((byte) => byte !== 0))) &&
    matchSelector(selector, value.labels).verdict === 'yes';
  const own = currentAdvert(turn);
  const others = engine.roster.sample(sought.most, random, (known) => known.author !== from && known.author !== engine.self && known.expiresAt > now && fits(known));
  const adverts: Uint8Array[] = [];
  let left = engine.config.timings.maxShuffleBytes;
  for (const { bytes } of [...(fits(own) ? [own] : []), ...others].slice(0, sought.most)) {
    left -= bytes.length;
    if (left >= 0) adverts.push(bytes);
  }
  if (adverts.length > 0) effects.push({ type: 'send', to: from, message: { type: 'adverts', adverts } });
}
