import { codeOf, messageOf, type BlobStore, type ByteStream, type Cid, type Clock, type Logger, type Network, type PeerId } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import { slicesOf, type Pace } from '../pace.ts';
import { ByteQueue } from '../wire/byte-queue.ts';
import { answerHead, blocksProtocol, readRequest } from '../wire/messages.ts';
import { LookupRate } from './lookup-rate.ts';
import { within } from './within.ts';

export interface ServeOptions {
  network: Pick<Network, 'serve'>;
  store: Pick<BlobStore, 'getBlock'>;
  clock: Clock;
  logger: Logger;
  /** Whether a peer may have a block; one that it may not is missing as far as it can tell. */
  mayServe: (cid: Cid, peer: PeerId) => boolean | Promise<boolean>;
  /** Caps what is sent. */
  upload?: Pace | undefined;
  /** Told of peers that ask for what could mean nothing. */
  offence?: (peer: PeerId, code: string, text: string) => void;
}

/** Gives blocks to whoever asks and may have them, as long as the network runs. */
export function serveBlobs(options: ServeOptions): void {
  const server = new BlockServer(options);
  options.network.serve(blocksProtocol, (stream) => server.answer(stream));
}

class BlockServer {
  readonly #options: ServeOptions;
  readonly #rate: LookupRate;
  readonly #streams = new Map<PeerId, number>();
  #open = 0;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#rate = new LookupRate(options.clock);
  }

  /** One stream to its end. */
  async answer(stream: ByteStream): Promise<void> {
    const { peer } = stream;
    const ofPeer = this.#streams.get(peer) ?? 0;
    const most = Math.min(transferLimits.streams, this.#options.upload?.streams ?? transferLimits.streams);
    if (ofPeer >= transferLimits.streamsPerPeer || this.#open >= most) {
      stream.abort(new TransferError('transfer-refused', `No more streams: ${ofPeer} of this peer and ${this.#open} in all are open`));
      return;
    }
    this.#streams.set(peer, ofPeer + 1);
    this.#open += 1;
    try {
      await this.#answerAll(stream);
    } catch (error) {
      this.#options.logger.debug('A stream of blocks broke', { peer, code: codeOf(error), reason: messageOf(error) });
      if (codeOf(error) === 'transfer-malformed') this.#options.offence?.(peer, 'transfer-malformed', messageOf(error));
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#open -= 1;
      const left = (this.#streams.get(peer) ?? 1) - 1;
      if (left === 0) this.#streams.delete(peer);
      else this.#streams.set(peer, left);
    }
  }

  async #answerAll(stream: ByteStream): Promise<void> {
    const { clock } = this.#options;
    const queue = new ByteQueue(stream.source);
    const next = (): Promise<Cid[] | undefined> => within(clock, readRequest(queue), transferLimits.requestIdleMs, 'No request came');
    for (let cids = await next(); cids !== undefined; cids = await next()) {
      await this.#rate.spend(stream.peer, cids.length);
      await this.#answerOne(stream, cids);
    }
    await stream.close();
  }

  /** Block after block, the next one being read while one is written. */
  async #answerOne(stream: ByteStream, cids: readonly Cid[]): Promise<void> {
    const { clock, upload } = this.#options;
    const write = (bytes: Uint8Array): Promise<void> => within(clock, stream.write(bytes), transferLimits.blockSendMs, 'The other side took nothing');
    const send = async (bytes: Uint8Array): Promise<void> => {
      if (upload === undefined) return write(bytes);
      for (const slice of slicesOf(bytes)) {
        await upload.take(slice.length);
        await write(slice);
      }
    };
    let ahead = this.#blockFor(stream.peer, cids[0]);
    try {
      for (const [at, cid] of cids.entries()) {
        const bytes = await ahead;
        ahead = this.#blockFor(stream.peer, cids[at + 1]);
        await send(answerHead({ cid, bytes }));
        if (bytes !== undefined) await send(bytes);
      }
    } finally {
      await Promise.allSettled([ahead]); // read ahead for nothing, when the stream broke
    }
  }

  /** Never rejects: what cannot be read is missing. */
  async #blockFor(peer: PeerId, cid: Cid | undefined): Promise<Uint8Array | undefined> {
    if (cid === undefined) return undefined;
    try {
      if (!(await this.#options.mayServe(cid, peer))) return undefined;
      return await this.#options.store.getBlock(cid);
    } catch (error) {
      this.#options.logger.warn('A block could not be read', { cid, code: codeOf(error), reason: messageOf(error) });
      return undefined;
    }
  }
}
