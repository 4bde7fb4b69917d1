import type { Clock } from '@shoal/runtime';

/** The time of an engine: it follows the machine's clock forwards, and never goes back. */
export interface SteadyTime {
  /** Whole milliseconds since 1970, and more than that after the clock was set back. */
  now(): number;
  /** How far that is ahead of the machine's clock. */
  aheadMs(): number;
}

/** Deadlines are moments of this time: a clock that is set back by an hour must not put all of them off by an hour. */
export function steadyTime(clock: Clock): SteadyTime {
  let offsetMs = Number.NEGATIVE_INFINITY;
  const now = (): number => {
    const monotonicMs = clock.monotonic();
    offsetMs = Math.max(offsetMs, clock.now() - monotonicMs);
    return Math.floor(monotonicMs + offsetMs);
  };
  return { now, aheadMs: () => Math.max(0, now() - clock.now()) };
}
