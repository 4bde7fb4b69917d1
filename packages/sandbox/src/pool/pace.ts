import { batchMs, maxBatchUnits, maxPaces, paceWeight } from '../limits.ts';

/** How long units of each kind took here of late: whether they are so short that several may go to a child at once. */
export class Pace {
  readonly #meanMs = new Map<string, number>();

  note(kind: string, ms: number): void {
    const before = this.#meanMs.get(kind);
    this.#meanMs.delete(kind);
    if (this.#meanMs.size >= maxPaces) this.#meanMs.delete(this.#meanMs.keys().next().value as string);
    this.#meanMs.set(kind, before === undefined ? ms : before * (1 - paceWeight) + ms * paceWeight);
  }

  /** Units that may follow each other; of an unknown kind, one. */
  together(kind: string): number {
    const meanMs = this.#meanMs.get(kind) ?? Infinity;
    return Math.max(1, Math.min(maxBatchUnits, Math.floor(batchMs / meanMs)));
  }
}
