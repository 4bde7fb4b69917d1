import type { ByteStream, PeerId } from '@shoal/runtime';
import { NetworkError } from '../errors.ts';

/** Bytes in one direction. */
class Channel {
  readonly #limitBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #closed = false;
  #failure: Error | undefined;
  #changed: (() => void)[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  #notify(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => void this.#changed.push(resolve));
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new NetworkError('stream-closed', 'Cannot write to a stream that was closed');
    // A copy: whoever wrote it may use its buffer again.
    this.#chunks.push(chunk.slice());
    this.#waitingBytes += chunk.byteLength;
    this.#notify();
    while (this.#waitingBytes > this.#limitBytes) {
      await this.#change();
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  end(): void {
    this.#closed = true;
    this.#notify();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#chunks.length = 0;
    this.#notify();
  }

  get isOver(): boolean {
    return this.#closed || this.#failure !== undefined;
  }

  async *read(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.byteLength;
        this.#notify();
        yield chunk;
      } else if (this.#closed) {
        return;
      } else {
        await this.#change();
      }
    }
  }
}

/** Most bytes that are written and not yet read. */
const windowBytes = 1_048_576;

export interface MemoryStreamPair {
  /** The opener's end. */
  client: ByteStream;
  server: ByteStream;
  /** Cuts both ends, as a broken connection does. */
  cut(): void;
  readonly isOver: boolean;
}

export function createStreamPair(client: PeerId, server: PeerId, count: (from: PeerId, to: PeerId, bytes: number) => void): MemoryStreamPair {
  const up = new Channel(windowBytes);
  const down = new Channel(windowBytes);
  const cutBy = (reason: Error): void => {
    const error = new NetworkError('stream-closed', `The stream was cut: ${reason.message}`, { cause: reason });
    up.fail(error);
    down.fail(error);
  };
  const end = (self: PeerId, peer: PeerId, out: Channel, incoming: Channel): ByteStream => ({
    peer,
    source: incoming.read(),
    async write(chunk) {
      count(self, peer, chunk.byteLength);
      if (chunk.byteLength > 0) await out.write(chunk);
    },
    close() {
      out.end();
      return Promise.resolve();
    },
    abort: cutBy,
  });
  return {
    client: end(client, server, up, down),
    server: end(server, client, down, up),
    cut: () => {
      if (!(up.isOver && down.isOver)) cutBy(new Error('connection closed'));
    },
    get isOver() {
      return up.isOver && down.isOver;
    },
  };
}
