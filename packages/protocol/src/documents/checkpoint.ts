import * as z from 'zod';
import { decodeWith, encodeWith } from '../codec.ts';
import { bytes, cid, count, peerId, unitIndex } from '../fields.ts';
import { limits } from '../limits.ts';

/** Files of pages, 64 KiB each, one after the other. */
const part = z.object({ cid, bytes: count });

/** A unit that was stopped: where the pages of its image lie, and what it had put out. */
const checkpointDocument = z.object({
  job: cid,
  unit: unitIndex,
  program: cid,
  /** Used so far. */
  fuel: count,
  /** Milliseconds that it took so far, counted against its timeout. Absent: from a version that did not say. */
  usedMs: count.optional(),
  /** Who ran it up to here, one after the other: a run that goes on from it votes with them, and not beside them. */
  authors: z.array(peerId).min(1).max(limits.maxCheckpointAuthors),
  packs: z.array(part).max(limits.maxCheckpointParts),
  /** Three numbers of 32 bits (little endian) a page, in order: its number, the pack it is in, its place there. */
  pages: bytes(limits.maxCheckpointPages * 12),
  /** Of the last page, which may be shorter than the others. */
  lastPageBytes: z.int().min(1).max(65_536),
  /** Standard output so far, in order. */
  stdout: z.array(part).max(limits.maxCheckpointParts),
  log: bytes(limits.maxLogBytes),
});
export type CheckpointDocument = z.output<typeof checkpointDocument>;

export interface PagePlace {
  page: number;
  pack: number;
  slot: number;
}

export function encodeCheckpoint(checkpoint: CheckpointDocument): Uint8Array {
  return encodeWith(checkpointDocument, checkpoint, 'checkpoint');
}

export function decodeCheckpoint(encoded: Uint8Array): CheckpointDocument {
  return decodeWith(checkpointDocument, encoded, limits.maxCheckpointBytes, 'checkpoint');
}

export function packPlaces(places: readonly PagePlace[]): Uint8Array {
  const packed = new Uint8Array(places.length * 12);
  const view = new DataView(packed.buffer);
  for (const [i, { page, pack, slot }] of places.entries()) for (const [n, value] of [page, pack, slot].entries()) view.setUint32(i * 12 + n * 4, value, true);
  return packed;
}

/** Where each page lies; undefined when one lies nowhere, or they are out of order. */
export function placesOf({ pages, packs }: CheckpointDocument): PagePlace[] | undefined {
  if (pages.length === 0 || pages.length % 12 !== 0) return undefined;
  const view = new DataView(pages.buffer, pages.byteOffset, pages.byteLength);
  const places: PagePlace[] = [];
  for (let at = 0; at < pages.length; at += 12) {
    const place = { page: view.getUint32(at, true), pack: view.getUint32(at + 4, true), slot: view.getUint32(at + 8, true) };
    const pack = packs[place.pack];
    const last = places[places.length - 1];
    if (pack === undefined || (place.slot + 1) * 65_536 > pack.bytes || (last !== undefined && last.page >= place.page)) return undefined;
    places.push(place);
  }
  return places;
}

