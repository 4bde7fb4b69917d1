const bufferBytes = 1024 * 1024;
/** Below this a fresh buffer is as good. */
const smallBytes = 64 * 1024;
const kept = 8;

/** Buffers for blocks on their way to the store, filled again and again: a fresh MiB each keeps the collector busy. */
export class BodyPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #lent = new WeakSet<ArrayBufferLike>();

  take(length: number): Uint8Array {
    if (length < smallBytes || length > bufferBytes) return new Uint8Array(length);
    const buffer = this.#free.pop() ?? new ArrayBuffer(bufferBytes);
    this.#lent.add(buffer);
    return new Uint8Array(buffer, 0, length);
  }

  /** For bytes that nobody looks at any more; those that did not come from here are left alone. */
  give(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes.buffer) && this.#free.length < kept) this.#free.push(bytes.buffer as ArrayBuffer);
  }
}
