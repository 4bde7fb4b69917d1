import type { Clock } from '@shoal/runtime';

/** Allows `perSecond` for long and `burst` at once. */
export interface TokenBucket {
  /** Takes `amount`; resolves to how many milliseconds the taker is ahead of its allowance (0: within it). */
  take(amount: number): number;
  /** Takes `amount` only where it is there. */
  tryTake(amount: number): boolean;
}

export function createTokenBucket(clock: Clock, perSecond: number, burst: number): TokenBucket {
  let tokens = burst;
  let filledAt = clock.monotonic();

  const fill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1_000);
    filledAt = now;
  };

  return {
    take(amount) {
      fill();
      tokens -= amount;
      return tokens >= 0 ? 0 : (-tokens * 1_000) / perSecond;
    },
    tryTake(amount) {
      fill();
      if (tokens < amount) return false;
      tokens -= amount;
      return true;
    },
  };
}
