import type { Clock } from '@shoal/runtime';
import { transferLimits } from '../limits.ts';

const sampleMs = 200;
/** What is asked for ahead lasts about this long. */
const aheadMs = 1000;

/** How many bytes to ask a holder for ahead: about a second's worth, so that a slow one holds up few blocks. */
export class Window {
  readonly #clock: Clock;
  #sinceMs: number;
  #bytes = 0;
  #size: number = transferLimits.firstWindowBytes;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonic();
  }

  get size(): number {
    return this.#size;
  }

  saw(bytes: number): void {
    this.#bytes += bytes;
    const elapsedMs = this.#clock.monotonic() - this.#sinceMs;
    // A window that came at once was too small, however short the time.
    if (elapsedMs < sampleMs && this.#bytes < this.#size) return;
    const lasting = (this.#bytes / Math.max(1, elapsedMs)) * aheadMs;
    this.#size = Math.min(transferLimits.windowBytes, Math.max(transferLimits.guessedBlockBytes, lasting));
    this.restart();
  }

  /** Leaves out a time in which nothing was asked for. */
  restart(): void {
    this.#bytes = 0;
    this.#sinceMs = this.#clock.monotonic();
  }
}
