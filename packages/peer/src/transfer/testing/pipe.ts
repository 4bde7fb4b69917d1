const highWaterBytes = 1024 * 1024;

/** Bytes one way, with back-pressure: a write waits while too much lies unread. */
export class Pipe implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#ended) throw new Error('written after its end');
    this.#chunks.push(chunk.slice());
    this.#bytes += chunk.length;
    this.#wake();
    while (this.#bytes > highWaterBytes && this.#error === undefined) await this.#change();
    if (this.#error !== undefined) throw this.#error;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  abort(reason: Error): void {
    this.#error ??= reason;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (this.#error !== undefined) throw this.#error;
      if (chunk === undefined && this.#ended) return;
      if (chunk === undefined) {
        await this.#change();
        continue;
      }
      this.#bytes -= chunk.length;
      this.#wake();
      yield chunk;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
