import type { Cancel, Clock } from '../ports/clock.ts';

/** Node fires a longer timer at once. */
const maxTimerMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, fn): Cancel {
    const due = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      timer = setTimeout(() => (leftMs > maxTimerMs ? arm(due - performance.now()) : fn()), Math.min(leftMs, maxTimerMs));
      timer.unref();
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
  soon: (fn) => void setImmediate(fn),
};

/** A signal that aborts after `timeoutMs`, or when `parent` does. Beyond 24 days it is 24 days: nothing waits that long. */
export function deadline(timeoutMs: number, parent?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(Math.min(Math.max(Math.ceil(timeoutMs), 0), maxTimerMs));
  return parent === undefined ? timeout : AbortSignal.any([parent, timeout]);
}
