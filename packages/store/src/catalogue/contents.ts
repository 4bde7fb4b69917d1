import type { DatabaseSync } from 'node:sqlite';
import type { CID } from 'multiformats/cid';
import type { Place } from '../dag/layout.ts';
import { prepareAll } from '../sqlite/open.ts';
import { contentStatements } from './content-statements.ts';
import type { Usage } from './usage.ts';

export type ContentState = 'importing' | 'arriving' | 'whole' | 'doomed';

export interface Content {
  id: number;
  state: ContentState;
  bytes: number;
  bytesHere: number;
  stamp: string | undefined;
  suspect: boolean;
}

/** A leaf or node inside one flat file. */
export interface Located {
  content: number;
  start: number;
  length: number;
  here: boolean;
}

/** The flat files and what lies where in them. Every method is one or a few indexed statements. */
export class Contents {
  readonly #usage: Usage;
  readonly #sql;

  constructor(database: DatabaseSync, usage: Usage) {
    this.#usage = usage;
    this.#sql = prepareAll(database, contentStatements);
  }

  create(root: CID | undefined, state: ContentState, bytes: number): number {
    // Not RETURNING: what fails as the statement ends, as on a full disk, would go unnoticed.
    return Number(this.#sql.create.run(root?.bytes ?? null, state, bytes).lastInsertRowid);
  }

  byId(id: number): Content | undefined {
    return asContent(this.#sql.byId.get(id));
  }

  byRoot(root: CID): Content | undefined {
    return asContent(this.#sql.byRoot.get(root.bytes));
  }

  byState(state: ContentState): Content[] {
    return this.#sql.byState.all(state).map((row) => asContent(row) as Content);
  }

  /** An imported file's content is complete and on disk. */
  fill(id: number, root: CID, bytes: number, leaves: number, stamp: string): void {
    this.#sql.fill.run(root.bytes, bytes, bytes, leaves, stamp, id);
    this.#usage.add(bytes, leaves);
  }

  /** Every leaf is here and on disk. False when that is not so. */
  settle(id: number, stamp: string): boolean {
    return this.#sql.settle.run(stamp, id).changes === 1;
  }

  /** It is not, or no longer, complete. */
  unsettle(id: number): void {
    this.#sql.unsettle.run(id);
  }

  suspectAllArriving(): void {
    this.#sql.suspectAll.run();
  }

  /** Takes its places away; its file is removed next, and then it is forgotten. */
  doom(id: number): void {
    const held = this.#sql.held.get(id);
    if (held === undefined) return;
    this.#usage.add(-Number(held['bytes']), -Number(held['blocks']));
    this.#sql.dropPlaces.run(id);
    this.#sql.doom.run(id);
  }

  forget(id: number): void {
    this.#sql.forget.run(id);
  }

  addPlace(content: number, place: Place, here: boolean): void {
    this.#sql.addPlace.run(place.cid.bytes, content, place.offset, place.length, Number(place.leaf), Number(here));
  }

  /** A node's children have places now. */
  markExpanded(cid: CID, at: Located): void {
    this.#sql.mark.run(1, cid.bytes, at.content, at.start, 1);
  }

  markLeaf(cid: CID, at: Located, here: boolean): void {
    const changed = this.#sql.mark.run(Number(here), cid.bytes, at.content, at.start, Number(here)).changes;
    if (changed === 0) return;
    const sign = here ? 1 : -1;
    this.#sql.count.run(sign * at.length, sign, at.content);
    this.#usage.add(sign * at.length, sign);
  }

  /** Places where a block's bytes, or its children's places, are still awaited. */
  waiting(cid: CID): Located[] {
    return this.#sql.waiting.all(cid.bytes).map(asLocated);
  }

  isWaiting(cid: CID, at: Located): boolean {
    return this.#sql.isWaiting.get(cid.bytes, at.content, at.start) !== undefined;
  }

  /** A place that the block cannot have: what its file says of it is not so. */
  dropPlace(cid: CID, at: Located): void {
    this.#sql.dropPlace.run(cid.bytes, at.content, at.start);
  }

  placed(cid: CID): Located | undefined {
    const row = this.#sql.placed.get(cid.bytes);
    return row === undefined ? undefined : asLocated(row);
  }

  hasPlace(cid: CID): boolean {
    return this.#sql.anyPlace.get(cid.bytes) !== undefined;
  }

  contentsOf(cid: CID): number[] {
    return this.#sql.contentsOf.all(cid.bytes).map((row) => Number(row['content']));
  }

  placeCount(content: number): number {
    return Number(this.#sql.placeCount.get(content)?.['leaves'] ?? 0);
  }

  /** Leaves here beyond an offset, in order, some at a time. */
  leavesAfter(content: number, start: number): { cid: Uint8Array; start: number; length: number }[] {
    return this.#sql.leaves.all(content, start).map((row) => ({
      cid: row['cid'] as Uint8Array,
      start: Number(row['start']),
      length: Number(row['length']),
    }));
  }

  bytesHereBetween(content: number, start: number, end: number): number {
    return Number(this.#sql.bytesInRange.get(content, start, end)?.['bytes'] ?? 0);
  }

  hasGapBetween(content: number, start: number, end: number): boolean {
    return this.#sql.gap.get(content, end, start) !== undefined;
  }
}

type Row = Record<string, unknown>;

function asContent(row: Row | undefined): Content | undefined {
  if (row === undefined) return undefined;
  return {
    id: Number(row['id']),
    state: row['state'] as ContentState,
    bytes: Number(row['bytes']),
    bytesHere: Number(row['bytesHere']),
    stamp: (row['stamp'] as string | null) ?? undefined,
    suspect: row['suspect'] === 1,
  };
}

function asLocated(row: Row): Located {
  return { content: Number(row['content']), start: Number(row['start']), length: Number(row['length']), here: row['here'] === 1 };
}
