import type { Random } from '@shoal/runtime';

/** Waits that double from `firstMs` to `maxMs`, each anywhere between half and all of it: a crowd spreads out. */
export interface Backoff {
  next(): number;
  reset(): void;
}

export function createBackoff(random: Random, firstMs: number, maxMs: number): Backoff {
  let currentMs = firstMs;
  return {
    next() {
      const waitMs = currentMs * (0.5 + random.float() / 2);
      currentMs = Math.min(maxMs, currentMs * 2);
      return waitMs;
    },
    reset() {
      currentMs = firstMs;
    },
  };
}
