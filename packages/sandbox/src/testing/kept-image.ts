import type { Checkpoint, ImagePage, Snapshot } from '@shoal/runtime';

/** Checkpoints of one run, put together in memory. */
export class KeptImage {
  #pages = new Map<number, Uint8Array>();
  #stdout: Uint8Array = new Uint8Array(0);
  #log: Uint8Array = new Uint8Array(0);
  saves = 0;
  /** Of the last one. */
  changed = 0;
  fuel = 0;
  usedMs = 0;

  save = (checkpoint: Checkpoint): Promise<void> => {
    const changed = new Map(checkpoint.changed.map(({ page, bytes }) => [page, bytes]));
    const next = new Map<number, Uint8Array>();
    for (const page of checkpoint.present) {
      const bytes = changed.get(page) ?? this.#pages.get(page);
      if (bytes === undefined) throw new Error(`Page ${page} never came`);
      next.set(page, bytes);
    }
    this.#pages = next;
    this.#stdout = Buffer.concat([this.#stdout, checkpoint.stdout]);
    this.#log = Buffer.concat([this.#log, checkpoint.log]);
    this.saves++;
    this.changed = changed.size;
    this.fuel = checkpoint.fuel;
    this.usedMs = checkpoint.usedMs;
    return Promise.resolve();
  };

  get pages(): ReadonlyMap<number, Uint8Array> {
    return this.#pages;
  }

  /** What to go on from; undefined before the first checkpoint. The next run's first checkpoint brings all pages again. */
  snapshot(): Snapshot | undefined {
    if (this.saves === 0) return undefined;
    const pages = [...this.#pages];
    return {
      pages: (async function* (): AsyncGenerator<ImagePage> {
        for (const [page, bytes] of pages) yield { page, bytes };
      })(),
      usedMs: this.usedMs,
      stdout: this.#stdout,
      log: this.#log,
    };
  }
}
