/** How bad a link is. Both directions are shaped alike, each by itself, unless `rate` says otherwise. */
export interface LinkShape {
  delayMs?: number;
  /** The delay varies by as much, up or down. */
  jitterMs?: number;
  /** Share of packets that are lost. */
  loss?: number;
  /** Bits a second from the host into the network, and the other way. */
  upBitsPerSecond?: number;
  downBitsPerSecond?: number;
}

export interface DirectionShape {
  delayMs: number;
  jitterMs: number;
  loss: number;
  bitsPerSecond: number;
}

/** What may wait before a slow link, as in a cheap modem; what comes beyond it is lost. */
const maxWaitingMs = 500;

/** Decides for each packet of one direction when it arrives, or that it never does. Order is kept. */
export class Shaper {
  readonly #shape: DirectionShape;
  readonly #random: () => number;
  #freeAt = 0;
  #lastArrival = 0;
  /** Nothing passes and nothing is refused: whoever waits, waits. */
  stalled = false;

  constructor(shape: DirectionShape, random: () => number) {
    this.#shape = shape;
    this.#random = random;
  }

  /** The moment of arrival, or undefined for a lost packet. */
  arrival(bytes: number, now: number): number | undefined {
    if (this.stalled || this.#random() < this.#shape.loss) return undefined;
    const begin = Math.max(now, this.#freeAt);
    if (begin - now > maxWaitingMs) return undefined;
    this.#freeAt = begin + (bytes * 8_000) / this.#shape.bitsPerSecond;
    const jitter = (this.#random() * 2 - 1) * this.#shape.jitterMs;
    this.#lastArrival = Math.max(this.#lastArrival, this.#freeAt + Math.max(0, this.#shape.delayMs + jitter));
    return this.#lastArrival;
  }
}

/** A small seeded generator (mulberry32): the same losses in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
