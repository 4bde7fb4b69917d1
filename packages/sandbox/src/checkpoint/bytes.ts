import { SnapshotUnfit } from './values.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes a snapshot's state: little endian, lengths first. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): this {
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A whole number up to 2^53. */
  size(value: number): this {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, BigInt.asIntN(64, value), true);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    return this.raw(value);
  }

  raw(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  text(value: string): this {
    return this.bytes(encoder.encode(value));
  }

  /** What was written; a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** Reads what a stranger may have written: every step is checked. Throws SnapshotUnfit. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#bytes[this.#step(1)] as number;
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  /** How many entries follow: no more than `most`, and than there are bytes left. */
  count(most: number, what: string): number {
    const count = this.u32();
    if (count > most || count > this.#bytes.length - this.#at) throw new SnapshotUnfit(`it has ${count} ${what}`);
    return count;
  }

  size(): number {
    const value = this.#view.getFloat64(this.#step(8), true);
    if (!Number.isSafeInteger(value) || value < 0) throw new SnapshotUnfit(`a size is ${value}`);
    return value;
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#step(8), true);
  }

  bytes(most: number): Uint8Array {
    const length = this.count(most, 'bytes in one piece');
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(mostBytes: number): string {
    const bytes = this.bytes(mostBytes);
    try {
      return decoder.decode(bytes);
    } catch {
      throw new SnapshotUnfit('a text is not UTF-8'); // all that a fatal decoder throws for
    }
  }

  one<T>(values: readonly T[], what: string): T {
    const value = values[this.u8()];
    if (value === undefined) throw new SnapshotUnfit(`it has ${what} of an unknown kind`);
    return value;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new SnapshotUnfit('it goes on behind its end');
  }

  #step(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new SnapshotUnfit('it ends in the middle of an entry');
    this.#at += count;
    return at;
  }
}
