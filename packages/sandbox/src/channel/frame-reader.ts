import { frameHeaderBytes } from './frames.ts';

/** Puts frames together from pieces of a stream. The other side is not trusted: a large frame is refused. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onFrame: (kind: number, payload: Uint8Array) => void;
  readonly #header = new Uint8Array(frameHeaderBytes);
  #filled = 0;
  #payload: Uint8Array | undefined;

  constructor(maxBytes: number, onFrame: (kind: number, payload: Uint8Array) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Takes the next piece; false when a frame announces more than it may have. */
  push(piece: Uint8Array): boolean {
    let at = 0;
    while (at < piece.length) {
      const target = this.#payload ?? this.#header;
      const count = Math.min(target.length - this.#filled, piece.length - at);
      target.set(piece.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < target.length) return true;
      if (!this.#next()) return false;
    }
    return true;
  }

  #next(): boolean {
    this.#filled = 0;
    if (this.#payload === undefined) {
      const length = new DataView(this.#header.buffer).getUint32(0, true);
      if (length > this.#maxBytes) return false;
      this.#payload = new Uint8Array(length);
      if (length > 0) return true;
    }
    const payload = this.#payload;
    this.#payload = undefined;
    this.#onFrame(this.#header[4] as number, payload);
    return true;
  }
}
