import type { Random } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import type { KnownAdvert } from '../roster/roster.ts';
import { holdsOf } from './match.ts';

/** Assumed bandwidth until it was measured: 100 Mbit/s. */
const assumedBytesPerMs = 12_500;
/** Scores within this share of the best are a tie. */
const tieShare = 0.1;

/**
 * Expected milliseconds until a peer has done an average unit: waiting for a slot, moving the bytes that it lacks,
 * and its record. Lower is better.
 */
export function scoreOf(spec: JobSpec, advert: KnownAdvert, unreliability: number): number {
  const { free, slots } = advert.value;
  const queueMs = free > 0 ? 0 : 1_000 / Math.max(slots, 1);
  const holds = holdsOf(spec, advert.value);
  const missing = holds.length === 0 ? 0 : holds.filter((here) => !here).length / holds.length;
  const unitBytes = spec.units.kind === 'shards' ? spec.units.shards.reduce((sum, shard) => sum + shard.bytes, 0) / spec.units.shards.length : 0;
  return (1 + queueMs + (missing * unitBytes) / assumedBytesPerMs) * (1 + unreliability);
}

/** Best first; near-ties are drawn at random so that not everybody asks the same peer. */
export function rank<T>(items: { item: T; score: number }[], random: Random): T[] {
  return items
    .map(({ item, score }) => ({ item, key: score * (1 + random.float() * tieShare) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
