import type { Clock } from '@shoal/runtime';
import { sleep } from './sleep.ts';

/** Does `task` again and again, `intervalMs` after it was last done, until `signal` aborts. */
export async function repeat(clock: Clock, intervalMs: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  for (;;) {
    await sleep(clock, intervalMs, signal);
    if (signal.aborted) return;
    await task();
  }
}
