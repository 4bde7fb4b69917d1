import type { Cid } from '@shoal/runtime';

/** Wakes those who wait for a job to move. Listeners are few (one a watcher) and removed when they leave. */
export class Changes {
  private readonly listeners = new Map<Cid, Set<() => void>>();

  notify(job: Cid): void {
    for (const listener of this.listeners.get(job) ?? []) listener();
  }

  /** Wakes everybody: the peer stops. */
  notifyAll(): void {
    for (const job of this.listeners.keys()) this.notify(job);
  }

  /** Calls back on every change until the returned function is called. */
  listen(job: Cid, listener: () => void): () => void {
    const set = this.listeners.get(job) ?? new Set();
    this.listeners.set(job, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(job);
    };
  }

  /** Yields once now and after every change; changes during a pause of the reader are one. */
  async *each(job: Cid, signal?: AbortSignal): AsyncGenerator<void> {
    let wake = (): void => {};
    let moved = true;
    const listener = (): void => {
      moved = true;
      wake();
    };
    const stopListening = this.listen(job, listener);
    signal?.addEventListener('abort', listener);
    try {
      for (;;) {
        signal?.throwIfAborted();
        if (!moved) await new Promise<void>((resolve) => (wake = resolve));
        signal?.throwIfAborted();
        moved = false;
        yield;
      }
    } finally {
      stopListening();
      signal?.removeEventListener('abort', listener);
    }
  }
}
