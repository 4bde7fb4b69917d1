/** Cancels what it was returned for; a second call does nothing. */
export type Cancel = () => void;

/** The only source of time. */
export interface Clock {
  /** Milliseconds since 1970, as the machine believes. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes backwards. For durations. */
  monotonic(): number;
  /** Calls `fn` once after `delayMs`. Does not keep the process alive. */
  setTimer(delayMs: number, fn: () => void): Cancel;
  /** Calls `fn` once the events that have arrived are handled: what happens in one burst is then done in one go. */
  soon(fn: () => void): void;
}
