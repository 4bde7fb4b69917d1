import type { Crypto } from '@shoal/runtime';
import { invariant } from '@shoal/runtime';

const idBytes = 32;
const printBytes = 16;
/** A chunk this full is split; a million ids are some three thousand chunks. */
const maxChunkIds = 512;
/** Most ledgers are small, and a peer has many. */
const firstChunkIds = 8;
const sumWords = idBytes / 4;

interface Chunk {
  /** Ids in ascending order, one after the other, and room for more. */
  bytes: Uint8Array;
  count: number;
  /** Sum of the ids as numbers modulo 2^256, most significant word first. */
  sum: Uint32Array;
}

/** Negative when `a` comes before `b`; a prefix comes before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function addWords(sum: Uint32Array, word: (i: number) => number): void {
  let carry = 0;
  for (let i = sumWords - 1; i >= 0; i -= 1) {
    const total = (sum[i] as number) + word(i) + carry;
    sum[i] = total; // modulo 2^32
    carry = total > 0xffff_ffff ? 1 : 0;
  }
}

function addIds(sum: Uint32Array, chunk: Chunk, from: number, to: number): void {
  const view = new DataView(chunk.bytes.buffer, chunk.bytes.byteOffset);
  for (let i = from; i < to; i += 1) addWords(sum, (word) => view.getUint32(i * idBytes + word * 4));
}

/**
 * A growing set of 32-byte ids in order, with fingerprints of ranges. A list of chunks with their sums kept:
 * an insertion moves one chunk's bytes, a fingerprint reads the sums of whole chunks and the ids of two.
 */
export class SortedIds {
  readonly #crypto: Crypto;
  readonly #chunks: Chunk[] = [];
  #size = 0;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  get size(): number {
    return this.#size;
  }

  /** False when it was there already. */
  insert(id: Uint8Array): boolean {
    invariant(id.length === idBytes, `an id of ${idBytes} bytes, not of ${id.length}`);
    const place = this.#place(id);
    const at = this.#chunks.length === 0 ? this.#newChunk() : Math.min(place.chunk, this.#chunks.length - 1);
    const chunk = this.#chunks[at] as Chunk;
    const index = place.chunk === at ? place.index : chunk.count;
    if (index < chunk.count && compareBytes(idIn(chunk, index), id) === 0) return false;
    makeRoom(chunk);
    chunk.bytes.copyWithin((index + 1) * idBytes, index * idBytes, chunk.count * idBytes);
    chunk.bytes.set(id, index * idBytes);
    chunk.count += 1;
    addIds(chunk.sum, chunk, index, index + 1);
    this.#size += 1;
    if (chunk.count === maxChunkIds) this.#split(at);
    return true;
  }

  has(id: Uint8Array): boolean {
    const { chunk, index } = this.#place(id);
    const found = this.#chunks[chunk];
    return found !== undefined && index < found.count && compareBytes(idIn(found, index), id) === 0;
  }

  /** How many ids come before `bound` or are it. */
  rank(bound: Uint8Array): number {
    const place = this.#place(bound);
    let rank = place.index;
    for (let i = 0; i < place.chunk; i += 1) rank += (this.#chunks[i] as Chunk).count;
    const chunk = this.#chunks[place.chunk];
    const isThere = chunk !== undefined && place.index < chunk.count && compareBytes(idIn(chunk, place.index), bound) === 0;
    return isThere ? rank + 1 : rank;
  }

  /** The id at a place in the order. */
  at(index: number): Uint8Array {
    const [id] = this.slice(index, index + 1);
    invariant(id !== undefined, `an id at ${index} of ${this.#size}`);
    return id;
  }

  /** Copies of the ids at the places from `from` up to but not including `to`. */
  slice(from: number, to: number): Uint8Array[] {
    const ids: Uint8Array[] = [];
    this.#eachPart(from, to, (chunk, start, end) => {
      for (let i = start; i < end; i += 1) ids.push(idIn(chunk, i).slice());
    });
    return ids;
  }

  /**
   * 16 bytes that differ for different sets: SHA-256 of the sum of the ids modulo 2^256 and of their count.
   * The sum is taken over all 256 bits, since whoever makes many entries can choose ids whose shorter sums agree.
   */
  fingerprint(from: number, to: number): Uint8Array {
    const sum = new Uint32Array(sumWords);
    this.#eachPart(from, to, (chunk, start, end) => {
      if (end - start === chunk.count) addWords(sum, (i) => chunk.sum[i] as number);
      else addIds(sum, chunk, start, end);
    });
    const hashed = new Uint8Array(idBytes + 4);
    const view = new DataView(hashed.buffer);
    for (const [i, word] of sum.entries()) view.setUint32(i * 4, word);
    view.setUint32(idBytes, to - from);
    return this.#crypto.sha256(hashed).slice(0, printBytes);
  }

  /** Where a bound is, or would be put. */
  #place(bound: Uint8Array): { chunk: number; index: number } {
    const chunk = firstWhere(this.#chunks.length, (i) => {
      const candidate = this.#chunks[i] as Chunk;
      return compareBytes(idIn(candidate, candidate.count - 1), bound) >= 0;
    });
    const found = this.#chunks[chunk];
    return { chunk, index: found === undefined ? 0 : firstWhere(found.count, (i) => compareBytes(idIn(found, i), bound) >= 0) };
  }

  #eachPart(from: number, to: number, visit: (chunk: Chunk, start: number, end: number) => void): void {
    let before = 0;
    for (const chunk of this.#chunks) {
      if (before >= to) return;
      const start = Math.max(from - before, 0);
      const end = Math.min(to - before, chunk.count);
      if (start < end) visit(chunk, start, end);
      before += chunk.count;
    }
  }

  #newChunk(): number {
    return this.#chunks.push({ bytes: new Uint8Array(firstChunkIds * idBytes), count: 0, sum: new Uint32Array(sumWords) }) - 1;
  }

  #split(at: number): void {
    const chunk = this.#chunks[at] as Chunk;
    const half = maxChunkIds / 2;
    const upper: Chunk = { bytes: new Uint8Array(maxChunkIds * idBytes), count: chunk.count - half, sum: new Uint32Array(sumWords) };
    upper.bytes.set(chunk.bytes.subarray(half * idBytes));
    chunk.count = half;
    chunk.sum.fill(0);
    addIds(chunk.sum, chunk, 0, chunk.count);
    addIds(upper.sum, upper, 0, upper.count);
    this.#chunks.splice(at + 1, 0, upper);
  }
}

function makeRoom(chunk: Chunk): void {
  if (chunk.count * idBytes < chunk.bytes.length) return;
  const bytes = new Uint8Array(chunk.bytes.length * 2);
  bytes.set(chunk.bytes);
  chunk.bytes = bytes;
}

function idIn(chunk: Chunk, index: number): Uint8Array {
  return chunk.bytes.subarray(index * idBytes, (index + 1) * idBytes);
}

/** The first of 0 to `length` - 1 for which an ordered condition holds, or `length`. */
function firstWhere(length: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
