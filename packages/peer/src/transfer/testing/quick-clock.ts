import { systemClock, type Clock } from '@shoal/runtime';

/** A clock that runs faster, so that timeouts of seconds are tried in a moment. */
export function quickClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() * factor,
    setTimer: (delayMs, fn) => systemClock.setTimer(delayMs / factor, fn),
    soon: systemClock.soon,
  };
}
