import { storeLimits } from '../limits.ts';

/** Full-size buffers to be filled again: fresh ones cost more than what is done with them. */
export class ChunkPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #taken = new WeakSet<ArrayBufferLike>();

  take(size: number): Uint8Array<ArrayBuffer> {
    const chunk = this.#free.pop() ?? new Uint8Array(size);
    this.#taken.add(chunk.buffer);
    return chunk;
  }

  /** For a chunk that nobody looks at any more; one that did not come from here is left alone. */
  give(chunk: Uint8Array): void {
    if (this.#taken.delete(chunk.buffer)) this.#free.push(new Uint8Array(chunk.buffer as ArrayBuffer));
  }
}

/**
 * Cuts content into chunks of exactly `size` bytes, the last one shorter; one empty chunk for no content.
 * A chunk that comes in just so is passed on as it is, and must not be changed afterwards.
 */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  size: number = storeLimits.leafBytes,
  pool: ChunkPool = new ChunkPool(),
): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array();
  let filled = 0;
  let emitted = false;
  for await (let piece of source) {
    while (piece.length > 0) {
      if (filled === 0 && piece.length >= size) {
        yield piece.subarray(0, size);
        emitted = true;
        piece = piece.subarray(size);
        continue;
      }
      const taken = Math.min(size - filled, piece.length);
      if (chunk.length < filled + taken) chunk = larger(chunk.subarray(0, filled), filled + taken, size, pool);
      chunk.set(piece.subarray(0, taken), filled);
      filled += taken;
      piece = piece.subarray(taken);
      if (filled < size) continue;
      yield chunk;
      emitted = true;
      chunk = new Uint8Array();
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
  else if (!emitted) yield chunk;
}

/** A small buffer for small content, a full one as soon as there is more. */
function larger(held: Uint8Array, needed: number, size: number, pool: ChunkPool): Uint8Array<ArrayBuffer> {
  const chunk = needed > storeLimits.inlineBytes || size <= storeLimits.inlineBytes ? pool.take(size) : new Uint8Array(Math.max(needed, 2 * held.length));
  chunk.set(held);
  return chunk;
}

/** The same items until the signal is aborted, even while the source hangs. */
export async function* abortable<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  // Not a race against one promise of the abort: that would hold on to every item until the end.
  let giveUp: (reason: unknown) => void = () => {};
  const abort = (): void => giveUp(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  let done = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve).catch(reject);
      });
      if (next.done === true) {
        done = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a source that hangs would hold up the abort. Its own failure no longer matters.
    if (!done) iterator.return?.(undefined)?.catch(() => {});
  }
}
