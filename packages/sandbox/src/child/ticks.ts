import type { Breather } from '../checkpoint/motion.ts';
import { toParent, wish, type Wish } from '../channel/frames.ts';
import type { SyncChannel } from '../channel/sync-channel.ts';
import { bounceMs, firstSliceFuel, pauseMs, tickMs } from '../limits.ts';

/** A slice grows or shrinks at most so many times at once: one that was interrupted says little. */
const mostChange = 4;
const leastSlice = 1000;
const mostSlice = 2 ** 40;
const mostBouncePauseMs = 5000;

/** Measures a program's pauses, and hears the parent's wishes in them, without ever waiting for an answer. */
export class Ticks implements Breather {
  readonly #channel: SyncChannel;
  readonly #fuelUsed: () => number;
  /** Takes in what else may come before the answer. */
  readonly #settle: () => void;
  #slice = firstSliceFuel;
  #lastPauseMs = performance.now();
  #lastTickMs = this.#lastPauseMs;
  #waiting = false;
  #nextBounceMs: number;
  #bouncePauseMs = bounceMs;
  wish: Wish = wish.nothing;

  /** `bounces`: the program began in V8's baseline code, which V8 does not replace while a loop runs in it. */
  constructor(channel: SyncChannel, fuelUsed: () => number, settle: () => void, bounces: boolean) {
    this.#nextBounceMs = bounces ? this.#lastPauseMs + bounceMs : Infinity;
    this.#channel = channel;
    this.#fuelUsed = fuelUsed;
    this.#settle = settle;
  }

  slice(): bigint {
    return BigInt(this.#slice);
  }

  stop(): boolean {
    const now = performance.now();
    const took = Math.max(now - this.#lastPauseMs, pauseMs / mostChange);
    this.#lastPauseMs = now;
    const change = Math.min(mostChange, Math.max(1 / mostChange, pauseMs / took));
    this.#slice = Math.round(Math.min(mostSlice, Math.max(leastSlice, this.#slice * change)));
    if (now - this.#lastTickMs < tickMs) return this.#bounce(now);
    this.#lastTickMs = now;
    this.#hear();
    // What was wished comes first: another answer on its way would say the same again.
    if (this.wish !== wish.nothing) return true;
    const payload = new Uint8Array(8);
    new DataView(payload.buffer).setFloat64(0, this.#fuelUsed(), true);
    this.#channel.send(toParent.tick, payload);
    this.#waiting = true;
    return this.#bounce(now);
  }

  /** Whether to leave all functions and enter them again, in what code V8 has for them by now. Ever more seldom. */
  #bounce(now: number): boolean {
    if (now < this.#nextBounceMs) return false;
    this.#bouncePauseMs = Math.min(this.#bouncePauseMs * 2, mostBouncePauseMs);
    this.#nextBounceMs = now + this.#bouncePauseMs;
    return true;
  }

  /** Takes in the last answer, so that the channel is clean. */
  end(): void {
    this.#hear();
  }

  /** A checkpoint was made: what it took is not the program's. */
  rested(): void {
    this.wish = wish.nothing;
    this.#lastPauseMs = performance.now();
  }

  #hear(): void {
    if (!this.#waiting) return;
    this.#settle();
    this.#waiting = false;
    this.wish = this.#channel.wish();
  }
}
