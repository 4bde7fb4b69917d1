import type { Engine } from '../engine.ts';
import type { KnownAdvert } from './roster.ts';

/** Whether a peer said that its owner lends it at other hours. To itself it is open at all of them. */
export function isClosed({ self }: Engine, { author, value }: KnownAdvert, now: number): boolean {
  return author !== self && (value.opensAt ?? 0) > now;
}
