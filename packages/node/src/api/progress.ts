import type { Clock } from '@shoal/runtime';
import { limits } from '../limits.ts';
import type { ProgressLine } from './wire.ts';

/**
 * Turns a task with a progress callback into lines: the latest progress at most every `progressEveryMs`,
 * then the task's own line. Leaving the iteration aborts the task.
 */
export async function* withProgress<T>(
  clock: Clock,
  parent: AbortSignal,
  task: (options: { signal: AbortSignal; onProgress: (bytes: number) => void }) => Promise<T>,
): AsyncGenerator<ProgressLine | T> {
  const stop = new AbortController();
  const signal = AbortSignal.any([parent, stop.signal]);
  let bytes = 0;
  const ended = { value: false };
  const running = task({ signal, onProgress: (now) => void (bytes = now) }).finally(() => {
    ended.value = true;
  });
  try {
    let told = 0;
    while (!ended.value) {
      await Promise.race([running, pause(clock, limits.progressEveryMs)]);
      if (bytes > told && !ended.value) yield { kind: 'progress', bytes: (told = bytes) };
    }
    yield await running;
  } finally {
    stop.abort();
    // When the iteration was left, nobody waits for the task any more: its failure is that of the abort.
    await running.catch(() => undefined);
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
