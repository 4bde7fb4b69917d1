import { maxLogLinesPerSecond } from '../limits.ts';

const newline = 10;

/** Lets so many lines of a log through in a second of real time; counts those that it leaves out. */
export class LineRate {
  readonly #now: () => number;
  #windowMs = -Infinity;
  #lines = 0;
  #leftOut = 0;
  /** Whether the present line passes: it is decided where it begins. */
  #passes = true;
  #atLineStart = true;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The stretches of these bytes that may pass. */
  take(bytes: Uint8Array): Uint8Array[] {
    const passing: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.#atLineStart) this.#decide();
      const found = bytes.indexOf(newline, at);
      const end = found < 0 ? bytes.length : found + 1;
      if (!this.#passes) {
        if (at > from) passing.push(bytes.subarray(from, at));
        from = end;
        if (found >= 0) this.#leftOut++;
      }
      this.#atLineStart = found >= 0;
      at = end;
    }
    if (from < bytes.length) passing.push(bytes.subarray(from));
    return passing;
  }

  /** Says how many lines were left out since it said so last; undefined when none was. */
  missing(): string | undefined {
    if (this.#leftOut === 0) return undefined;
    const count = this.#leftOut;
    this.#leftOut = 0;
    return `[${count} lines left out: more than ${maxLogLinesPerSecond} in a second]\n`;
  }

  /** Whether lines pass now, after some did not. */
  get recovered(): boolean {
    return this.#leftOut > 0 && this.#passes;
  }

  #decide(): void {
    const now = this.#now();
    if (now - this.#windowMs >= 1000) {
      this.#windowMs = now;
      this.#lines = 0;
    }
    this.#passes = this.#lines++ < maxLogLinesPerSecond;
  }
}
