/** Values of a program that is taken down, in the order in which it hands them over; taken back from the end. */
export class Values {
  #bytes: Uint8Array;
  #view: DataView;
  #length: number;

  /** Begins with what an earlier one held. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#length = bytes.length;
    this.#bytes = new Uint8Array(Math.max(256, bytes.length));
    this.#bytes.set(bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** What is held: a copy. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  save32(value: number): void {
    const at = this.#grow(4);
    this.#view.setInt32(at, value, true);
  }

  save64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value, true);
  }

  take32(): number {
    return this.#view.getInt32(this.#shrink(4), true);
  }

  take64(): bigint {
    return this.#view.getBigInt64(this.#shrink(8), true);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  #shrink(count: number): number {
    if (this.#length < count) throw new SnapshotUnfit('it holds fewer values than the program takes back');
    this.#length -= count;
    return this.#length;
  }
}

/** A snapshot that is well formed does not belong to this program. */
export class SnapshotUnfit extends Error {
  constructor(text: string) {
    super(`the snapshot does not fit the program: ${text}`);
  }
}
