import type { Clock } from '@shoal/runtime';

/** Resolves after so long, or as soon as the signal is aborted. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancel = clock.setTimer(delayMs, over);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
}
