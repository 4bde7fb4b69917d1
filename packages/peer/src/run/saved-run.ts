import type { Checkpoint, Cid, ImagePage, PeerId, Snapshot } from '@shoal/runtime';
import { decodeCheckpoint, encodeCheckpoint, limits, packPlaces, placesOf, type CheckpointDocument, type PagePlace } from '@shoal/protocol';
import type { Parts } from '../parts.ts';
import { bringHere } from './inputs.ts';

const pageBytes = 65_536;

/** What pins the last checkpoint of a unit, and what pins the files that it names. */
export const checkpointOwner = (job: Cid, unit: number): string => `checkpoint/${job}/${unit}`;
/** What pins a checkpoint at the requester, with all that it names. */
export const heldOwner = (job: Cid, unit: number): string => `checkpoint-held/${job}/${unit}`;
export const partsOwner = (job: Cid, unit: number): string => `checkpoint-parts/${job}/${unit}`;

/** When more than that many places of the packs hold what has changed since, what is alive is written together anew. */
const deadShare = 0.5;
const spareSlots = 256;
/** Pieces of standard output are written together from so many on. */
const manyPieces = 32;

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export async function readAll(store: Parts['store'], root: Cid, bytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for await (const piece of store.read(root)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

type SavedParts = Pick<Parts, 'store'>;

interface SavedUnit {
  job: Cid;
  unit: number;
  program: Cid;
  /** What the unit may put out: a stranger's snapshot has put out no more. */
  outputBytes: number;
}

/** The checkpoints of one run of a unit, in the peer's store: packs of changed pages, and a document that says where each page lies. */
export class SavedRun {
  readonly #store: Parts['store'];
  readonly #is: SavedUnit;
  readonly #self: PeerId;
  #document: CheckpointDocument | undefined;
  #cid: Cid | undefined;

  constructor({ store }: SavedParts, is: SavedUnit, self: PeerId) {
    this.#store = store;
    this.#is = is;
    this.#self = self;
  }

  /** The checkpoint that an earlier run here left, if there is one. */
  static async left({ store }: SavedParts, job: Cid, unit: number): Promise<Cid | undefined> {
    const owner = checkpointOwner(job, unit);
    return (await store.pins()).find((pin) => pin.owner === owner)?.cid;
  }

  /** What may be read of a checkpoint that lies in the store: undefined for one that is malformed or of another unit. */
  static async read({ store }: SavedParts, cid: Cid): Promise<CheckpointDocument | undefined> {
    const stat = await store.stat(cid);
    if (stat === undefined || stat.bytes > limits.maxCheckpointBytes) return undefined;
    const document = decodeCheckpoint(await readAll(store, cid, stat.bytes));
    return placesOf(document) === undefined ? undefined : document;
  }

  /** Takes up a checkpoint whose files are all here. Undefined when it is not this unit's, or could not be. */
  async resume(cid: Cid): Promise<Snapshot | undefined> {
    const document = await SavedRun.read({ store: this.#store }, cid);
    const { job, unit, program, outputBytes } = this.#is;
    if (document === undefined || document.job !== job || document.unit !== unit || document.program !== program) return undefined;
    if (document.stdout.reduce((sum, part) => sum + part.bytes, 0) > outputBytes) return undefined; // it is read into memory
    for (const part of [...document.packs, ...document.stdout]) await this.#store.pin(part.cid, partsOwner(job, unit));
    await this.#store.pin(cid, checkpointOwner(job, unit));
    this.#document = document;
    this.#cid = cid;
    const stdout = await Promise.all(document.stdout.map((part) => readAll(this.#store, part.cid, part.bytes)));
    return { pages: this.#pages(document), usedMs: document.usedMs ?? 0, stdout: Buffer.concat(stdout), log: document.log };
  }

  async *#pages(document: CheckpointDocument): AsyncGenerator<ImagePage> {
    const places = placesOf(document) ?? [];
    for (const [i, { page, pack, slot }] of places.entries()) {
      const length = i === places.length - 1 ? document.lastPageBytes : pageBytes;
      yield { page, bytes: await this.#store.readAt((document.packs[pack] as { cid: Cid }).cid, slot * pageBytes, length) };
    }
  }

  /** Keeps a checkpoint in place of the one before. */
  async save(checkpoint: Checkpoint): Promise<{ cid: Cid; bytes: number }> {
    const { job, unit, program } = this.#is;
    const owner = partsOwner(job, unit);
    const before = this.#document;
    const laid = this.#layOut(checkpoint);
    const packs = [...laid.packs];
    if (laid.fresh.length > 0) packs.push(await this.#store.importFile(this.#fresh(laid.fresh, checkpoint, before), { owner }));
    const stdout = await this.#output(checkpoint.stdout, before?.stdout ?? [], owner);
    const last = checkpoint.changed.find(({ page }) => page === checkpoint.present[checkpoint.present.length - 1]);
    const authors = before?.authors ?? [];
    const document: CheckpointDocument = {
      job,
      unit,
      program,
      fuel: checkpoint.fuel,
      usedMs: Math.round(checkpoint.usedMs),
      authors: authors.includes(this.#self) ? authors : [...authors, this.#self].slice(-limits.maxCheckpointAuthors),
      packs: packs.map(({ cid, bytes }) => ({ cid, bytes })),
      pages: packPlaces(laid.places),
      lastPageBytes: last?.bytes.length ?? before?.lastPageBytes ?? pageBytes,
      stdout,
      log: joined(before?.log, checkpoint.log).subarray(0, limits.maxLogBytes),
    };
    const encoded = encodeCheckpoint(document);
    const { cid } = await this.#store.importFile(one(encoded), { owner: checkpointOwner(job, unit) });
    const old = this.#cid;
    this.#document = document;
    this.#cid = cid;
    if (old !== undefined && old !== cid) await this.#store.unpin(old, checkpointOwner(job, unit));
    const alive = new Set([...document.packs, ...document.stdout].map((part) => part.cid));
    for (const part of [...(before?.packs ?? []), ...(before?.stdout ?? [])]) if (!alive.has(part.cid)) await this.#store.unpin(part.cid, owner);
    return { cid, bytes: [...document.packs, ...document.stdout].reduce((sum, part) => sum + part.bytes, encoded.length) };
  }

  /** Where each page will lie: which packs go on, and which pages are written anew. */
  #layOut({ changed, present }: Checkpoint): { packs: { cid: Cid; bytes: number }[]; places: PagePlace[]; fresh: number[] } {
    const before = new Map((this.#document === undefined ? [] : (placesOf(this.#document) ?? [])).map((place) => [place.page, place]));
    const packs = this.#document?.packs ?? [];
    const news = new Set(changed.map(({ page }) => page));
    const slots = packs.reduce((sum, { bytes }) => sum + bytes / pageBytes, news.size);
    const anew = present.length < slots * deadShare - spareSlots || packs.length >= limits.maxCheckpointParts - 1;
    const fresh = [...present].filter((page) => anew || news.has(page));
    const slotOf = new Map(fresh.map((page, slot) => [page, slot]));
    const kept = anew ? [] : packs;
    const places = [...present].map((page) => {
      const slot = slotOf.get(page);
      const old = before.get(page);
      if (slot !== undefined) return { page, pack: kept.length, slot };
      if (old === undefined) throw new Error(`Cannot save page ${page}: it was neither sent now nor before`);
      return old;
    });
    return { packs: kept, places, fresh };
  }

  /** The bytes of a pack, each page filled up to its whole length. */
  async *#fresh(pages: readonly number[], { changed }: Checkpoint, before: CheckpointDocument | undefined): AsyncGenerator<Uint8Array> {
    const news = new Map(changed.map(({ page, bytes }) => [page, bytes]));
    const old = new Map((before === undefined ? [] : (placesOf(before) ?? [])).map((place) => [place.page, place]));
    for (const page of pages) {
      const bytes = news.get(page) ?? (await this.#earlier(before, old.get(page), page));
      if (bytes.length === pageBytes) yield bytes;
      else yield joined(bytes, new Uint8Array(pageBytes - bytes.length));
    }
  }

  async #earlier(before: CheckpointDocument | undefined, place: PagePlace | undefined, page: number): Promise<Uint8Array> {
    const pack = place === undefined ? undefined : before?.packs[place.pack];
    if (place === undefined || pack === undefined) throw new Error(`Cannot save page ${page}: it was neither sent now nor before`);
    return this.#store.readAt(pack.cid, place.slot * pageBytes, pageBytes);
  }

  async #output(added: Uint8Array, before: CheckpointDocument['stdout'], owner: string): Promise<CheckpointDocument['stdout']> {
    if (added.length === 0) return before;
    const together = before.length >= manyPieces;
    const earlier = together ? await Promise.all(before.map((part) => readAll(this.#store, part.cid, part.bytes))) : [];
    const { cid, bytes } = await this.#store.importFile(one(Buffer.concat([...earlier, added])), { owner });
    return together ? [{ cid, bytes }] : [...before, { cid, bytes }];
  }
}

function joined(first: Uint8Array | undefined, second: Uint8Array): Uint8Array {
  return first === undefined ? second : new Uint8Array(Buffer.concat([first, second]));
}

/** Brings a checkpoint here with all that it names. A stranger wrote it: it names no more than was said. */
export async function bringCheckpoint(parts: Parts, cid: Cid, options: { likely: readonly PeerId[]; maxBytes: number; signal: AbortSignal }): Promise<void> {
  await bringHere(parts, cid, { ...options, maxBytes: Math.min(options.maxBytes, limits.maxCheckpointBytes) });
  const document = await SavedRun.read(parts, cid);
  if (document === undefined) throw new Error('it is malformed');
  let room = options.maxBytes;
  for (const part of [...document.packs, ...document.stdout]) {
    room -= part.bytes;
    if (room < 0) throw new Error(`it names more than ${options.maxBytes} bytes`);
    await bringHere(parts, part.cid, { ...options, maxBytes: part.bytes });
  }
}

async function unpinAll({ store }: SavedParts, owned: (owner: string) => boolean): Promise<void> {
  for (const { cid, owner } of await store.pins()) if (owned(owner)) await store.unpin(cid, owner);
}

/** Forgets the checkpoints that runs here made of a unit, or of a whole job. */
export async function dropCheckpoints(parts: SavedParts, job: Cid, unit?: number): Promise<void> {
  await unpinAll(parts, (owner) =>
    unit === undefined
      ? owner.startsWith(`checkpoint/${job}/`) || owner.startsWith(`checkpoint-parts/${job}/`)
      : owner === checkpointOwner(job, unit) || owner === partsOwner(job, unit),
  );
}

/** Forgets those that were brought here of others' runs. */
export async function dropHeld(parts: SavedParts, job: Cid, unit: number | undefined): Promise<void> {
  await unpinAll(parts, (owner) => (unit === undefined ? owner.startsWith(`checkpoint-held/${job}/`) : owner === heldOwner(job, unit)));
}
