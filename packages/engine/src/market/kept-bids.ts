import type { Cid, PeerId } from '@shoal/runtime';
import type { Entry } from '@shoal/protocol';

/** What a worker bid for a job like another one, and what it has of such jobs now. */
interface KeptBid {
  entry: Entry;
  holds: Uint8Array;
  /** When it held such a lease last. */
  at: number;
  /** Open jobs of the kind that it has a lease of. */
  jobs: Set<Cid>;
}

/** Bids of workers that hold a lease of a kind of job, or held one a moment ago. Only memory: nobody is bound by them. */
export class KeptBids {
  private readonly byKind = new Map<string, Map<PeerId, KeptBid>>();
  private readonly maxKinds: number;

  constructor(maxKinds: number) {
    this.maxKinds = maxKinds;
  }

  /** Bids that are kept. */
  get size(): number {
    return [...this.byKind.values()].reduce((sum, bids) => sum + bids.size, 0);
  }

  of(kind: string): Map<PeerId, KeptBid> {
    const bids = this.byKind.get(kind) ?? new Map<PeerId, KeptBid>();
    this.byKind.delete(kind); // to the end: used most recently
    if (this.byKind.size >= this.maxKinds) this.byKind.delete(this.byKind.keys().next().value as string);
    this.byKind.set(kind, bids);
    return bids;
  }

  drop(kind: string, worker: PeerId): void {
    this.byKind.get(kind)?.delete(worker);
  }

  /** Drops what was not used since. */
  forget(before: number): void {
    for (const [kind, bids] of this.byKind) {
      for (const [worker, { at }] of bids) if (at < before) bids.delete(worker);
      if (bids.size === 0) this.byKind.delete(kind);
    }
  }
}
