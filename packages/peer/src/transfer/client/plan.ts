import type { BlobStore, Cid, Clock, PeerId } from '@shoal/runtime';
import { transferLimits } from '../limits.ts';

/** A block that is needed. */
export interface Wanted {
  cid: Cid;
  /** As its parent says; a guess for what is no leaf. */
  bytes: number;
  depth: number;
  /** Who owes it, since when. */
  askedOf: Map<PeerId, number>;
  /** Who said that it is missing there. */
  lackedBy: Set<PeerId>;
}

/** How the text of every CID of a leaf begins: version 1, raw, SHA-256. */
const leafPrefix = 'bafkrei';

interface Visit {
  cid: Cid;
  bytes: number;
  depth: number;
}

/**
 * What a transfer still needs. It walks the DAG from its root over what is here, so that a transfer
 * that was interrupted goes on, and hands out what is missing, in the order of the content.
 */
export class Plan {
  readonly #store: BlobStore;
  readonly #clock: Clock;
  readonly #maxDepth: number;
  /** To be looked at, next one last. */
  readonly #stack: Visit[] = [];
  /** Nodes that were looked into: a DAG may name one very often. */
  readonly #seen = new Set<Cid>();
  /** Missing and not stored yet, in the order in which they were found. */
  readonly #wanted = new Map<Cid, Wanted>();
  #walking: Promise<void> | undefined;
  /** What the store threw: no holder is to blame. */
  failure: unknown;

  constructor(store: BlobStore, clock: Clock, root: Cid, maxDepth: number) {
    this.#store = store;
    this.#clock = clock;
    this.#maxDepth = maxDepth;
    this.#stack.push({ cid: root, bytes: transferLimits.guessedBlockBytes, depth: 0 });
  }

  /** Nothing is missing any more. */
  get done(): boolean {
    return this.#stack.length === 0 && this.#wanted.size === 0 && this.#walking === undefined;
  }

  /** Looks on until enough is known to be missing. One walk at a time: everybody waits for the same. */
  async walk(): Promise<void> {
    if (this.#walking !== undefined) return this.#walking;
    if (this.#stack.length === 0 || this.#wanted.size >= transferLimits.wanted) return;
    this.#walking = this.#walkOn();
    return this.#walking;
  }

  /** Blocks for a holder to be asked for now, up to so many bytes. */
  take(peer: PeerId, maxBytes: number, maxBlocks: number): Wanted[] {
    const taken: Wanted[] = [];
    let bytes = 0;
    for (const wanted of this.#wanted.values()) {
      if (taken.length >= maxBlocks || (bytes > 0 && bytes + wanted.bytes > maxBytes)) break;
      if (wanted.askedOf.size > 0 || wanted.lackedBy.has(peer)) continue;
      taken.push(wanted);
      bytes += wanted.bytes;
    }
    return this.#ask(taken, peer);
  }

  /** For a holder that would be idle: what another has owed for long. */
  steal(peer: PeerId): Wanted[] {
    const now = this.#clock.monotonic();
    for (const wanted of this.#wanted.values()) {
      if (wanted.askedOf.has(peer) || wanted.lackedBy.has(peer) || wanted.askedOf.size !== 1) continue;
      const [since] = wanted.askedOf.values();
      if (now - (since ?? now) >= transferLimits.stealAfterMs) return this.#ask([wanted], peer);
    }
    return [];
  }

  /** A holder does not have it, or no longer owes it. */
  giveBack(wanted: Wanted, peer: PeerId, lacks: boolean): void {
    wanted.askedOf.delete(peer);
    if (lacks) wanted.lackedBy.add(peer);
  }

  isWanted(cid: Cid): boolean {
    return this.#wanted.has(cid);
  }

  /** It is here now; its children are looked at next. */
  stored(wanted: Wanted): void {
    if (!this.#wanted.delete(wanted.cid)) return;
    if (!wanted.cid.startsWith(leafPrefix)) this.#stack.push({ cid: wanted.cid, bytes: wanted.bytes, depth: wanted.depth });
  }

  /** A block that none of these holders has. */
  lackedByAll(holders: readonly PeerId[]): Cid | undefined {
    for (const { cid, askedOf, lackedBy } of this.#wanted.values()) {
      if (askedOf.size === 0 && holders.every((peer) => lackedBy.has(peer))) return cid;
    }
    return undefined;
  }

  async #walkOn(): Promise<void> {
    try {
      for (let visit = this.#stack.pop(); visit !== undefined; visit = this.#stack.pop()) {
        await this.#look(visit);
        if (this.#wanted.size >= transferLimits.wanted) return;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    } finally {
      this.#walking = undefined;
    }
  }

  async #look({ cid, bytes, depth }: Visit): Promise<void> {
    if (this.#seen.has(cid) || this.#wanted.has(cid)) return;
    if (!(await this.#store.hasBlock(cid))) {
      this.#wanted.set(cid, { cid, bytes, depth, askedOf: new Map(), lackedBy: new Set() });
      return;
    }
    if (depth >= this.#maxDepth || cid.startsWith(leafPrefix)) return;
    const links = (await this.#store.links(cid)) ?? [];
    if (links.length > 0) this.#seen.add(cid);
    for (const link of links.toReversed()) {
      // Larger than a block: a node, whose own size nobody tells.
      const guess = link.bytes > 0 && link.bytes <= transferLimits.blockBytes ? link.bytes : transferLimits.guessedBlockBytes;
      this.#stack.push({ cid: link.cid, bytes: guess, depth: depth + 1 });
    }
  }

  #ask(taken: Wanted[], peer: PeerId): Wanted[] {
    const now = this.#clock.monotonic();
    for (const wanted of taken) wanted.askedOf.set(peer, now);
    return taken;
  }
}
