import type { Clock } from '@shoal/runtime';

/** Wakes whoever waits for something to change. */
export class Changes {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next change, or after so long. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#clock.setTimer(timeoutMs, wake);
      this.#waiting.add(wake);
    });
  }
}
