import type { Random } from '@shoal/runtime';
import { limits } from '../limits.ts';

/** The pause before restart number `restart` (from 0): doubled each time up to a ceiling, less a random part of at most half. */
export function backOffMs(restart: number, random: Random): number {
  const ceiling = Math.min(limits.restartMaxMs, limits.restartMinMs * 2 ** restart);
  return ceiling * (0.5 + random.float() / 2);
}
