import type { Clock } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';

/** Notices a holder that stalls, or that trickles so slowly that a block never ends. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #bark: (error: TransferError) => void;
  #lastByteMs: number;
  #lastBlockMs: number;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, bark: (error: TransferError) => void) {
    this.#clock = clock;
    this.#bark = bark;
    this.#lastByteMs = this.#lastBlockMs = clock.monotonic();
  }

  /** The holder owes something from now on. */
  start(): void {
    if (this.#cancel !== undefined) return;
    this.#lastByteMs = this.#lastBlockMs = this.#clock.monotonic();
    this.#arm();
  }

  /** It owes nothing. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  sawBytes(): void {
    this.#lastByteMs = this.#clock.monotonic();
  }

  /** So long of it we did not read. */
  excuse(ms: number): void {
    this.sawBytes();
    this.#lastBlockMs += ms;
  }

  sawBlock(): void {
    this.#lastBlockMs = this.#clock.monotonic();
  }

  #arm(): void {
    const leftMs = this.#leftMs();
    this.#cancel = this.#clock.setTimer(Math.max(1, leftMs), () => {
      if (this.#leftMs() > 0) this.#arm();
      else this.#bark(this.#complaint());
    });
  }

  #leftMs(): number {
    const now = this.#clock.monotonic();
    return Math.min(this.#lastByteMs + transferLimits.stallMs, this.#lastBlockMs + transferLimits.blockMs) - now;
  }

  #complaint(): TransferError {
    const silentMs = Math.round(this.#clock.monotonic() - this.#lastByteMs);
    const slow = silentMs < transferLimits.stallMs;
    return new TransferError(
      'transfer-stalled',
      slow ? `The holder did not complete a block within ${transferLimits.blockMs} ms` : `The holder sent nothing for ${silentMs} ms`,
    );
  }
}
