import type { Usage } from '../catalogue/usage.ts';
import { StoreError } from '../errors.ts';

/** Holds what is stored, and what is being written, below the owner's bound. */
export class Quota {
  readonly #usage: Pick<Usage, 'get'>;
  readonly #quotaBytes: number;
  #reservedBytes = 0;

  constructor(usage: Pick<Usage, 'get'>, quotaBytes: number | undefined) {
    this.#usage = usage;
    this.#quotaBytes = quotaBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Sets bytes aside until they are counted as stored; fails with `quota-exceeded`. */
  reserve(bytes: number): void {
    const used = this.#usage.get().bytes + this.#reservedBytes;
    if (used + bytes > this.#quotaBytes) {
      throw new StoreError('quota-exceeded', `Cannot store ${bytes} more bytes: ${used} of ${this.#quotaBytes} are in use`, {
        hint: 'Remove data with `shoal data rm`, or allow the peer more disk.',
      });
    }
    this.#reservedBytes += bytes;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  /** Reserves while `fn` stores. */
  async during<T>(bytes: number, fn: () => Promise<T>): Promise<T> {
    this.reserve(bytes);
    try {
      return await fn();
    } finally {
      this.release(bytes);
    }
  }
}
