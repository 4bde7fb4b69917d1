import type { ByteStream, Cid, PeerId } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { ByteQueue } from '../wire/byte-queue.ts';
import { readAnswer, requestFrame, type BlockAnswer } from '../wire/messages.ts';

interface Listener {
  /** Some came. */
  sawBytes(): void;
  /** For so long nothing was read, which is no fault of the holder. */
  excuse(ms: number): void;
}

/** One stream to a holder: requests, and their answers in the same order. Used by one transfer at a time. */
export class Session {
  readonly peer: PeerId;
  readonly #stream: ByteStream;
  readonly #queue: ByteQueue;
  /** Asked and not yet answered, oldest first. */
  #owed: Cid[] = [];
  #broken = false;
  #listener: Listener | undefined;

  /** `download` caps what is taken in. */
  constructor(stream: ByteStream, download?: Pace) {
    this.peer = stream.peer;
    this.#stream = stream;
    this.#queue = new ByteQueue(stream.source, (bytes) => {
      this.#listener?.sawBytes();
      if (download !== undefined) return download.take(bytes).then((waitedMs) => this.#listener?.excuse(waitedMs));
    });
  }

  /** Whether another transfer may use it. */
  get reusable(): boolean {
    return !this.#broken && this.#owed.length === 0;
  }

  /** Told of what comes; replaces whoever was told before. */
  listen(listener: Listener | undefined): void {
    this.#listener = listener;
  }

  async want(cids: readonly Cid[]): Promise<void> {
    this.#owed.push(...cids);
    await this.#guard(() => this.#stream.write(requestFrame(cids)));
  }

  /** The next answer; fails with `transfer-lied` when it is not for what was asked. */
  async next(allocate?: (length: number) => Uint8Array): Promise<BlockAnswer> {
    const answer = await this.#guard(() => readAnswer(this.#queue, allocate));
    if (answer === undefined) throw this.#break(new TransferError('transfer-cut', 'The holder ended the stream'));
    const expected = this.#owed.shift();
    if (answer.cid === expected) return answer;
    throw this.#break(new TransferError('transfer-lied', `The holder sent ${answer.cid}, expected ${expected ?? 'nothing'}`));
  }

  /** Ends the stream in order and waits for the other side to do so. */
  async end(): Promise<void> {
    this.#broken = true;
    await this.#stream.close();
    if ((await this.#queue.take(1)) !== undefined) this.abort(new TransferError('transfer-lied', 'The holder sent what nobody asked for'));
  }

  abort(reason: Error): void {
    this.#broken = true;
    this.#stream.abort(reason);
  }

  #break(error: TransferError): TransferError {
    this.abort(error);
    return error;
  }

  async #guard<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }
}
