import { createHash } from 'node:crypto';
import { silentLogger, systemClock, type BlobStore, type ByteStream, type Cid, type Clock, type Network } from '@shoal/runtime';
import { createMemoryNetwork } from '@shoal/network/testing';
import { createMemoryBlobStore } from '@shoal/store';
import { seededStream } from '@shoal/store/testing';
import { fetchBlob, type FetchBlobOptions } from '../client/fetch.ts';
import type { Progress } from '../client/transfer.ts';
import { serveBlobs, type ServeOptions } from '../server/serve.ts';
import { blocksProtocol } from '../wire/messages.ts';

export interface HolderPeer {
  network: Network;
  store: BlobStore;
  /** Blocks that it was asked for and gave. */
  given: Cid[];
}

/** Holders, and one peer that fetches from them, in one process. */
export class TestMesh {
  readonly clock: Clock;
  readonly store: BlobStore;
  readonly fetcher: Network;
  /** Streams that the fetcher opened. */
  opened = 0;
  readonly #hub = createMemoryNetwork();
  readonly #bootstrap: string[] = [];

  constructor(options: { clock?: Clock; store?: BlobStore } = {}) {
    this.clock = options.clock ?? systemClock;
    this.store = options.store ?? createMemoryBlobStore();
    const network = this.stranger('fetcher');
    const open: Network['open'] = (...args) => {
      this.opened += 1;
      return network.open(...args);
    };
    this.fetcher = { ...network, open };
  }

  /** A peer that answers as the test says. */
  stranger(name: string): Network {
    const seed = new Uint8Array(createHash('sha256').update(name).digest());
    const network = this.#hub.create({ seed, mesh: 'test', bootstrap: this.#bootstrap });
    network.setHandlers({ message() {}, gossip: () => 'ignore', peerConnected() {}, peerDisconnected() {} });
    void network.start(); // at once: it only enters the hub
    this.#bootstrap.push(...network.status().addresses);
    return network;
  }

  /** A peer that serves its store honestly, but for what `also` changes. */
  holder(name: string, also: Partial<ServeOptions> = {}): HolderPeer {
    const network = this.stranger(name);
    const store = createMemoryBlobStore();
    const given: Cid[] = [];
    const getBlock = async (cid: Cid): Promise<Uint8Array | undefined> => {
      const bytes = await store.getBlock(cid);
      if (bytes !== undefined) given.push(cid);
      return bytes;
    };
    serveBlobs({ network, store: { getBlock }, clock: this.clock, logger: silentLogger, mayServe: () => true, ...also });
    return { network, store, given };
  }

  /** Cuts a holder off, streams and all, until `heal`. */
  cut({ network }: HolderPeer): void {
    this.fetcher.learnAddresses(network.peerId, network.status().addresses);
    this.#hub.cut(this.fetcher.peerId, network.peerId);
  }

  heal(): void {
    this.#hub.heal();
  }

  openStream({ network }: { network: Network }): Promise<ByteStream> {
    return this.fetcher.open(network.peerId, blocksProtocol, { signal: new AbortController().signal });
  }

  fetch(root: Cid, from: HolderPeer[], also: Partial<FetchBlobOptions> = {}): Promise<Progress> {
    return this.fetchFrom(root, from.map(({ network }) => network), also);
  }

  fetchFrom(root: Cid, from: Network[], also: Partial<FetchBlobOptions> = {}): Promise<Progress> {
    const peers = from.map(({ peerId }) => peerId);
    const { signal } = new AbortController();
    return fetchBlob({ root, from: peers, store: this.store, network: this.fetcher, clock: this.clock, signal, ...also });
  }
}

/** The same file in several stores. */
export async function fileIn(stores: BlobStore[], bytes: number, seed: string): Promise<Cid> {
  let cid: Cid | undefined;
  for (const store of stores) ({ cid } = await store.importFile(seededStream(bytes, seed)));
  return cid as Cid;
}
