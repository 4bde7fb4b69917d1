import { systemClock, type Clock } from '@shoal/runtime';

/** A clock whose monotonic time a test sets. */
export function createManualClock(): Clock & { at: number } {
  const clock = { ...systemClock, at: 0, now: () => clock.at, monotonic: () => clock.at };
  return clock;
}
