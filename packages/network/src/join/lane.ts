/** Tasks a few at a time, until it is enough; the rest is left undone. Tasks must not reject. */
export interface Lane {
  add(task: () => Promise<unknown>): void;
  /** Resolves when nothing runs and nothing will, or when `signal` aborts: what runs then goes on by itself. */
  done(signal: AbortSignal): Promise<void>;
}

export function createLane(width: number, isEnough: () => boolean): Lane {
  const queue: (() => Promise<unknown>)[] = [];
  const running = new Set<Promise<void>>();

  const work = async (): Promise<void> => {
    for (let task = queue.shift(); task !== undefined && !isEnough(); task = queue.shift()) await task();
  };

  return {
    add(task) {
      queue.push(task);
      if (running.size >= width) return;
      const worker = work().finally(() => running.delete(worker));
      running.add(worker);
    },
    async done(signal) {
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      while (running.size > 0 && !signal.aborted) await Promise.race([Promise.all(running), aborted]);
    },
  };
}
