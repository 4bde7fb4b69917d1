const nothing = new Uint8Array();

/** Takes so many bytes at a time from content that comes in chunks of any size. */
export class ByteSource {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = nothing;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.chunks = content[Symbol.asyncIterator]();
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.some()).length === 0;
  }

  /** That many bytes; fewer only at the end. */
  async upTo(bytes: number): Promise<Uint8Array> {
    const first = await this.some();
    if (first.length >= bytes) return this.cut(bytes); // as it came, without a copy
    const whole = new Uint8Array(bytes);
    let length = 0;
    for await (const part of this.take(bytes)) {
      whole.set(part, length);
      length += part.length;
    }
    return whole.subarray(0, length);
  }

  /** The next so many bytes, in chunks as they come. */
  async *take(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      const some = await this.some();
      if (some.length === 0) return;
      const part = this.cut(Math.min(left, some.length));
      left -= part.length;
      yield part;
    }
  }

  /** Lets go of the content. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private cut(bytes: number): Uint8Array {
    const part = this.rest.subarray(0, bytes);
    this.rest = this.rest.subarray(bytes);
    return part;
  }

  /** What is at hand; empty at the end. */
  private async some(): Promise<Uint8Array> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done === true) return nothing;
      this.rest = next.value;
    }
    return this.rest;
  }
}
