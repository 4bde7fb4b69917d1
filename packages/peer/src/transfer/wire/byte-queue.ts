import { TransferError } from '../errors.ts';

/** Bytes of a stream, taken in the amounts that are wanted, copied only where they come in pieces. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onBytes: ((bytes: number) => void | Promise<void>) | undefined;
  /** What came and was not taken yet. */
  #rest: Uint8Array = new Uint8Array();

  /** `onBytes` hears of every piece as it comes; nothing more is read before it is done. */
  constructor(source: AsyncIterable<Uint8Array>, onBytes?: (bytes: number) => void | Promise<void>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onBytes = onBytes;
  }

  /** Exactly so many bytes, in a buffer from `allocate` where they come in pieces; undefined when the stream ended before the first of them. */
  async take(length: number, allocate: (length: number) => Uint8Array = (size) => new Uint8Array(size)): Promise<Uint8Array | undefined> {
    if (length === 0) return new Uint8Array();
    if (this.#rest.length === 0 && !(await this.#more())) return undefined;
    if (this.#rest.length >= length) return this.#cut(length);
    const bytes = allocate(length);
    let filled = 0;
    for (;;) {
      const piece = this.#cut(Math.min(this.#rest.length, length - filled));
      bytes.set(piece, filled);
      filled += piece.length;
      if (filled === length) return bytes;
      if (!(await this.#more())) {
        throw new TransferError('transfer-cut', `The stream ended after ${filled} of ${length} bytes`);
      }
    }
  }

  #cut(length: number): Uint8Array {
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return piece;
  }

  /** Waits for a piece that is not empty; false at the end. */
  async #more(): Promise<boolean> {
    for (;;) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      if (next.value.length === 0) continue;
      this.#rest = next.value;
      const waiting = this.#onBytes?.(next.value.length);
      if (waiting !== undefined) await waiting;
      return true;
    }
  }
}
