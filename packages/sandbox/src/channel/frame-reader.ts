import { frameHeaderBytes, toParent } from './frames.ts';

/** Kinds whose payload is a stretch of a longer stream: handed on as it comes, in pieces, without copying. */
const streamed: ReadonlySet<number> = new Set([toParent.stdout, toParent.fileData]);

/** Puts frames together from pieces of a stream. The other side is not trusted: a large frame is refused. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onFrame: (kind: number, payload: Uint8Array) => void;
  readonly #header = new Uint8Array(frameHeaderBytes);
  #inPayload = false;
  /** Of the header or the payload. */
  #filled = 0;
  #length = 0;
  #payload = new Uint8Array(0);

  constructor(maxBytes: number, onFrame: (kind: number, payload: Uint8Array) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Takes the next piece; false when a frame announces more than it may have. */
  push(piece: Uint8Array): boolean {
    let at = 0;
    while (at < piece.length) {
      const wanted = (this.#inPayload ? this.#length : frameHeaderBytes) - this.#filled;
      const part = piece.subarray(at, at + wanted);
      at += part.length;
      if (this.#inPayload) this.#takePayload(part);
      else if (!this.#takeHeader(part)) return false;
    }
    return true;
  }

  get #kind(): number {
    return this.#header[4] as number;
  }

  #takeHeader(part: Uint8Array): boolean {
    this.#header.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < frameHeaderBytes) return true;
    this.#filled = 0;
    this.#length = new DataView(this.#header.buffer).getUint32(0, true);
    if (this.#length > this.#maxBytes) return false;
    if (!streamed.has(this.#kind)) this.#payload = new Uint8Array(this.#length);
    this.#inPayload = this.#length > 0;
    if (!this.#inPayload) this.#onFrame(this.#kind, new Uint8Array(0));
    return true;
  }

  #takePayload(part: Uint8Array): void {
    const asItComes = streamed.has(this.#kind);
    if (!asItComes) this.#payload.set(part, this.#filled);
    this.#filled += part.length;
    const whole = this.#filled === this.#length;
    if (whole) {
      this.#filled = 0;
      this.#inPayload = false;
    }
    if (asItComes) this.#onFrame(this.#kind, part);
    else if (whole) this.#onFrame(this.#kind, this.#payload);
  }
}
