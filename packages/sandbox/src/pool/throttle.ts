import type { Cancel, Clock } from '@shoal/runtime';
import { throttleForgetMs, throttlePeriodMs } from '../limits.ts';

/** A process that can be stopped in its tracks. */
export interface Haltable {
  halt(): void;
  proceed(): void;
}

/**
 * Holds whatever runs to a share of its time, and stops it altogether while paused. All run and stand still together: in each
 * period they run until the share is reached. What a late timer gave too much or too little is made good in the next period.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #busy = new Set<Haltable>();
  #share = 1;
  #paused = false;
  #halted = false;
  #cancel: Cancel = () => undefined;
  /** When the present stretch, running or standing, began. */
  #sinceMs = 0;
  /** How far the running time is ahead of the share. */
  #aheadMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get share(): number {
    return this.#share;
  }

  add(child: Haltable): void {
    this.#busy.add(child);
    if (this.#halted) child.halt();
    if (this.#busy.size === 1) this.#begin();
  }

  remove(child: Haltable): void {
    if (!this.#busy.delete(child)) return;
    child.proceed();
    if (this.#busy.size === 0) this.#cancel();
  }

  /** From above 0 to 1. */
  setShare(share: number): void {
    this.#share = share;
    this.#begin();
  }

  pause(): void {
    this.#paused = true;
    this.#cancel();
    this.#set(true);
  }

  resume(): void {
    this.#paused = false;
    this.#begin();
  }

  stop(): void {
    this.#cancel();
  }

  /** Counts anew, with a stretch of running. */
  #begin(): void {
    this.#cancel();
    if (this.#paused) return;
    this.#aheadMs = 0;
    this.#sinceMs = this.#clock.monotonic();
    this.#set(false);
    if (this.#share < 1 && this.#busy.size > 0) this.#wait(this.#share * throttlePeriodMs);
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.setTimer(Math.max(1, ms), () => this.#turn());
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    const stretchMs = now - this.#sinceMs;
    this.#sinceMs = now;
    // Running gains what the share does not cover; standing gives back the share.
    const aheadMs = this.#aheadMs + (this.#halted ? -this.#share : 1 - this.#share) * stretchMs;
    // A machine that slept is not made up for.
    this.#aheadMs = Math.min(throttleForgetMs, Math.max(-throttleForgetMs, aheadMs));
    const runMs = this.#share * throttlePeriodMs;
    if (this.#halted) {
      this.#set(false);
      // So long that it is as far ahead at its end as a whole stretch makes it.
      return this.#wait(runMs - this.#aheadMs);
    }
    // It stands until the next whole stretch would bring it to where it began.
    const standMs = this.#aheadMs / this.#share;
    if (standMs < 1) return this.#wait(1);
    this.#set(true);
    this.#wait(standMs);
  }

  #set(halted: boolean): void {
    if (halted === this.#halted) return;
    this.#halted = halted;
    for (const child of this.#busy) if (halted) child.halt();
    else child.proceed();
  }
}
