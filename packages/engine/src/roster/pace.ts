import type { Engine } from '../engine.ts';

/** Between two adverts of one peer in a small mesh. */
export function repeatMs({ roster, config: { timings } }: Engine): number {
  return Math.max(timings.advertiseEveryMs, roster.size * timings.advertSpacingMs);
}

/** How long others may believe an advert: in a small mesh, four chances to hear the next. */
export function advertLifeMs(engine: Engine): number {
  const { roster, config: { timings } } = engine;
  if (roster.isLarge) return timings.sampledAdvertTtlMs;
  return Math.max(timings.advertTtlMs, 4 * repeatMs(engine), roster.size > timings.largeMeshPeers / 2 ? timings.growingAdvertTtlMs : 0);
}
