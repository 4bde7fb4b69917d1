import type { PeerId } from '@shoal/runtime';
import { limits } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { somePeers } from './advertise.ts';

/** Somebody of whom we had not heard: when two halves of a mesh meet, whoever stands at the seam hears of all the others. */
export function noteNews({ engine }: Turn, author: PeerId): void {
  if (!engine.roster.isLarge && engine.news.size < limits.maxAdvertsPerMessage) engine.news.add(author);
}

/** Hands what is new to a few neighbours, who do the same: the next gossip of each may be half a minute off. */
export function spreadNews(turn: Turn): void {
  const { engine, effects } = turn;
  const adverts: Uint8Array[] = [];
  let left = engine.config.timings.maxShuffleBytes;
  for (const author of engine.news) {
    const known = engine.roster.get(author);
    if (known === undefined || (left -= known.bytes.length) < 0) continue;
    adverts.push(known.bytes);
  }
  engine.news.clear();
  if (adverts.length === 0) return;
  const message = { type: 'adverts', adverts } as const;
  for (const peer of somePeers(turn, engine.config.timings.newsPeers)) effects.push({ type: 'send', to: peer, message });
}
