import type { Stream } from '@libp2p/interface';
import { encode } from 'it-length-prefixed';
import { Uint8ArrayList } from 'uint8arraylist';
import { messageOf, type Clock, type Logger, type Metrics, type PeerId, type Random } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import { createBackoff } from '../timing/backoff.ts';
import { sleep } from '../timing/sleep.ts';
import { writeTo } from '../streams/write-side.ts';

export interface OutboxInit {
  peer: PeerId;
  /** Opens the message stream to the peer, dialling where needed. */
  open(peer: PeerId, signal: AbortSignal): Promise<Stream>;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
}

interface Waiting {
  message: Uint8Array;
  queuedAt: number;
}

/** Messages to one peer, in order, on one stream that stays open; at most once. */
export class Outbox {
  readonly #init: OutboxInit;
  readonly #stopping = new AbortController();
  readonly #backoff;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #stream: Stream | undefined;
  #pumping: Promise<void> | undefined;
  #usedAt: number;

  constructor(init: OutboxInit) {
    this.#init = init;
    this.#usedAt = init.clock.monotonic();
    this.#backoff = createBackoff(init.random, init.limits.messageBackoffMs, init.limits.messageBackoffMaxMs);
  }

  /** When a message was last queued. */
  get usedAt(): number {
    return this.#usedAt;
  }

  get idle(): boolean {
    return this.#pumping === undefined;
  }

  /** False when the queue is full. */
  push(message: Uint8Array): boolean {
    const { limits, clock } = this.#init;
    if (this.#queue.length >= limits.maxQueuedMessages || this.#queuedBytes + message.byteLength > limits.maxQueuedBytes) return false;
    this.#usedAt = clock.monotonic();
    this.#queue.push({ message, queuedAt: this.#usedAt });
    this.#queuedBytes += message.byteLength;
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
    });
    return true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#queue = [];
    this.#stream?.abort(new Error('network stopped'));
    await this.#pumping;
  }

  /** Runs while there is something to send. Never rejects. */
  async #pump(): Promise<void> {
    const { clock, limits, logger, peer } = this.#init;
    const { signal } = this.#stopping;
    // Messages come in bursts: what one burst queues goes in one write.
    await new Promise<void>((resolve) => void clock.soon(resolve));
    while (this.#queue.length > 0 && !signal.aborted) {
      try {
        this.#stream ??= await this.#open(signal);
        await writeTo(this.#stream, this.#takeBatch(), clock, limits.messageTtlMs);
        this.#backoff.reset();
      } catch (error) {
        this.#stream?.abort(error instanceof Error ? error : new Error(String(error)));
        this.#stream = undefined;
        logger.debug('Messages to a peer have to wait', { peer, reason: messageOf(error), queued: this.#queue.length });
        await sleep(clock, this.#backoff.next(), signal);
      }
      this.#dropStale();
    }
  }

  async #open(signal: AbortSignal): Promise<Stream> {
    const stream = await this.#init.open(this.#init.peer, signal);
    stream.addEventListener('close', () => {
      if (this.#stream === stream) this.#stream = undefined;
    });
    return stream;
  }

  #takeBatch(): Uint8ArrayList {
    const batch = new Uint8ArrayList();
    let taken = 0;
    for (const { message } of this.#queue) {
      if (taken > 0 && batch.byteLength + message.byteLength > this.#init.limits.batchBytes) break;
      batch.append(encode.single(message, { maxDataLength: this.#init.limits.maxMessageBytes }));
      this.#queuedBytes -= message.byteLength;
      taken += 1;
    }
    this.#queue.splice(0, taken);
    this.#init.metrics.add('network_messages_sent_total', taken);
    return batch;
  }

  #dropStale(): void {
    const since = this.#init.clock.monotonic() - this.#init.limits.messageTtlMs;
    let stale = 0;
    for (const { queuedAt, message } of this.#queue) {
      if (queuedAt > since) break;
      stale += 1;
      this.#queuedBytes -= message.byteLength;
    }
    if (stale === 0) return;
    this.#queue.splice(0, stale);
    this.#init.metrics.add('network_messages_dropped_total', stale);
    this.#init.logger.debug('Messages to a peer were dropped', { peer: this.#init.peer, messages: stale });
  }
}
