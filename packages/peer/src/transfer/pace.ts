import type { Clock } from '@shoal/runtime';
import { transferLimits } from './limits.ts';

/**
 * So many bytes a second for all transfers together. Whoever takes waits for its turn, in the order of asking, in small
 * pieces: transfers share the rate evenly, and what waits is read or sent by nobody meanwhile.
 */
export class Pace {
  readonly bytesPerSecond: number;
  readonly #clock: Pick<Clock, 'monotonic' | 'setTimer'>;
  /** Up to here everything is given away. */
  #spentUntilMs = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number, clock: Pick<Clock, 'monotonic' | 'setTimer'>) {
    this.bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /** Resolves when that many bytes may go, to how long that took. */
  async take(bytes: number): Promise<number> {
    const now = this.#clock.monotonic();
    this.#spentUntilMs = Math.max(this.#spentUntilMs, now - transferLimits.paceBurstMs) + (bytes * 1_000) / this.bytesPerSecond;
    const waitMs = this.#spentUntilMs - now;
    if (waitMs <= 0) return 0;
    await new Promise<void>((resolve) => this.#clock.setTimer(waitMs, resolve));
    return this.#clock.monotonic() - now;
  }

  /** Transfers that can go on at once without one taking so long for a block that it is given up. */
  get streams(): number {
    return Math.max(1, Math.floor(this.bytesPerSecond / transferLimits.pacedStreamBytesPerSecond));
  }
}

/** What a paced transfer moves at a time. */
export function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += transferLimits.paceSliceBytes) yield bytes.subarray(at, at + transferLimits.paceSliceBytes);
}
