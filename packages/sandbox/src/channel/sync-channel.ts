import { readSync, writeSync } from 'node:fs';
import { frameHeader, frameHeaderBytes, toChild, wish, type Wish } from './frames.ts';

/** Frames kept back for company; what is larger goes at once. */
const maxKeptBytes = 32 * 1024;

/** The parent is gone or closed the channel. */
export class ChannelClosed extends Error {}

/**
 * The child's end: blocking reads and writes on an inherited descriptor, so that a guest's call can wait
 * for the parent without an event loop.
 */
export class SyncChannel {
  readonly #fd: number;
  readonly #header = new Uint8Array(frameHeaderBytes);
  readonly #view = new DataView(this.#header.buffer);
  #wish: Wish | undefined;
  readonly #kept = new Uint8Array(maxKeptBytes);
  #keptBytes = 0;
  #keeping = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** What is sent from now on waits for company, until pass(), or until something is waited for: each write wakes the parent. */
  keep(): void {
    this.#keeping = true;
  }

  /** Sends what waits, and all that follows at once. */
  pass(): void {
    this.#keeping = false;
    this.#flush();
  }

  send(kind: number, payload: Uint8Array): void {
    const bytes = frameHeaderBytes + payload.length;
    if (this.#keptBytes + bytes > maxKeptBytes) this.#flush();
    if (bytes > maxKeptBytes) {
      this.#writeAll(frameHeader(kind, payload.length));
      return this.#writeAll(payload);
    }
    this.#kept.set(frameHeader(kind, payload.length), this.#keptBytes);
    this.#kept.set(payload, this.#keptBytes + frameHeaderBytes);
    this.#keptBytes += bytes;
    if (!this.#keeping) this.#flush();
  }

  sendJson(kind: number, value: unknown): void {
    this.send(kind, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** Waits for the next frame's header; its payload must be read next. A wish that comes in between is kept. */
  header(): { kind: number; length: number } {
    for (;;) {
      const header = this.#any();
      if (header.kind !== toChild.wish) return header;
      this.#takeWish(header.length);
    }
  }

  /** Waits for the answer to a tick, unless it came already. */
  wish(): Wish {
    if (this.#wish === undefined) {
      const { kind, length } = this.#any();
      if (kind !== toChild.wish) throw new ChannelClosed(`unexpected frame ${kind}`);
      this.#takeWish(length);
    }
    const taken = this.#wish ?? wish.nothing;
    this.#wish = undefined;
    return taken;
  }

  #any(): { kind: number; length: number } {
    this.readInto(this.#header);
    return { kind: this.#header[4] as number, length: this.#view.getUint32(0, true) };
  }

  #takeWish(length: number): void {
    this.#wish = this.payload(length)[0] as Wish;
  }

  /** Fills `target` with payload. */
  readInto(target: Uint8Array): void {
    this.#flush();
    for (let done = 0; done < target.length; ) {
      const count = readSync(this.#fd, target, done, target.length - done, null);
      if (count === 0) throw new ChannelClosed('the parent closed the channel');
      done += count;
    }
  }

  payload(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.readInto(bytes);
    return bytes;
  }

  #flush(): void {
    const bytes = this.#keptBytes;
    this.#keptBytes = 0;
    if (bytes > 0) this.#writeAll(this.#kept.subarray(0, bytes));
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done);
  }
}
