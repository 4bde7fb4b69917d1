import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';
import { messageOf, type Clock } from '@shoal/runtime';
import { NetworkError } from '../errors.ts';

export interface ReadLimits {
  readAheadBytes: number;
  /** A read that waits for longer fails; undefined where silence is normal. */
  streamStallMs: number | undefined;
}

/**
 * What the other side writes, in order. A stream's own iterator reads ahead without bound;
 * this one pauses the stream beyond `readAheadBytes`, so that the sender has to wait.
 */
export class ReadSide implements AsyncIterable<Uint8Array> {
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #limits: ReadLimits;
  readonly #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #paused = false;
  #resuming = false;
  #finished: boolean;
  #failure: Error | undefined;
  #remoteClosedInOrder: boolean;
  #wake: (() => void) | undefined;
  #taken = false;

  constructor(stream: Stream, clock: Clock, limits: ReadLimits) {
    this.#stream = stream;
    this.#clock = clock;
    this.#limits = limits;
    // A short answer may have come and ended before anybody listens.
    this.#remoteClosedInOrder = stream.remoteWriteStatus === 'closed' && stream.status === 'open';
    this.#finished = stream.readableEnded;
    stream.addEventListener('message', this.#onMessage);
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite);
    stream.addEventListener('end', this.#onEnd);
    stream.addEventListener('close', this.#onClose);
    if (this.#finished) this.#onEnd();
    else if (stream.readStatus === 'readable') {
      // Until somebody reads, nobody writes more than the first window: a quarter of a megabyte.
      this.#paused = true;
      stream.pause();
    }
  }

  #onMessage = (event: StreamMessageEvent): void => {
    const { data } = event;
    if (data instanceof Uint8Array) this.#chunks.push(data);
    else for (const part of data) this.#chunks.push(part);
    this.#waitingBytes += data.byteLength;
    if (!this.#resuming) this.#pauseWhenFull();
    this.#wake?.();
  };

  #pauseWhenFull(): void {
    if (this.#waitingBytes <= this.#limits.readAheadBytes || this.#paused || this.#stream.readStatus !== 'readable') return;
    this.#paused = true;
    this.#stream.pause();
  }

  #onRemoteCloseWrite = (): void => {
    this.#remoteClosedInOrder = true;
  };

  /** Nothing more will come. When the other side did not say so, its connection was cut: that is not an end. */
  #onEnd = (): void => {
    this.#finished = true;
    if (!this.#remoteClosedInOrder) this.#fail(undefined);
    this.#wake?.();
  };

  #onClose = (event: StreamCloseEvent): void => {
    if (event.error !== undefined && event.error !== null) this.#fail(event.error);
    else if (!this.#remoteClosedInOrder) this.#fail(undefined);
    this.#wake?.();
  };

  #fail(cause: unknown): void {
    this.#failure ??= new NetworkError('stream-closed', `The stream was cut before its end: ${cause === undefined ? 'connection closed' : messageOf(cause)}`, { cause });
  }

  #resume(): void {
    if (!this.#paused || this.#waitingBytes > this.#limits.readAheadBytes / 2) return;
    this.#paused = false;
    // Ended while paused: 'end' or 'close' has said so.
    if (this.#stream.readStatus !== 'paused') return;
    this.#resuming = true;
    try {
      // Hands over what has piled up, and only then opens the window: pausing in between would be undone.
      this.#stream.resume();
    } catch (error) {
      // The stream closed while paused: what it still held was handed over before it noticed.
      if (this.#stream.status === 'open') this.#fail(error);
    } finally {
      this.#resuming = false;
    }
    this.#pauseWhenFull();
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#resume();
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.byteLength;
        this.#resume();
        return { done: false, value: chunk };
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#finished) return { done: true, value: undefined };
      await this.#something();
    }
  }

  #something(): Promise<void> {
    const { streamStallMs } = this.#limits;
    return new Promise((resolve) => {
      const cancel = streamStallMs === undefined ? undefined : this.#clock.setTimer(streamStallMs, () => this.#stalled(streamStallMs));
      this.#wake = () => {
        this.#wake = undefined;
        cancel?.();
        resolve();
      };
    });
  }

  #stalled(afterMs: number): void {
    const error = new NetworkError('stream-timeout', `Nothing was received for ${afterMs} ms`);
    this.#failure = error;
    this.#stream.abort(error);
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#taken) throw new NetworkError('stream-closed', 'Cannot read a stream twice: its source was taken before');
    this.#taken = true;
    return { next: () => this.#next() };
  }
}
