import { silentLogger, systemClock, type BlobStore, type Cid, type Clock, type PeerId } from '@shoal/runtime';
import { createMemoryBlobStore } from '@shoal/store';
import { seededStream } from '@shoal/store/testing';
import { fetchBlob, type FetchBlobOptions } from '../client/fetch.ts';
import type { Progress } from '../client/transfer.ts';
import { serveBlobs, type ServeOptions } from '../server/serve.ts';
import { LinkedPeers, type LinkedPeer } from './linked-peers.ts';

export interface HolderPeer {
  network: LinkedPeer;
  store: BlobStore;
  /** Blocks that it was asked for and gave. */
  given: Cid[];
}

/** Holders, and one peer that fetches from them. */
export class TestMesh {
  readonly clock: Clock;
  readonly store: BlobStore;
  readonly #peers = new LinkedPeers();
  readonly fetcher: LinkedPeer;

  constructor(options: { clock?: Clock; store?: BlobStore } = {}) {
    this.clock = options.clock ?? systemClock;
    this.store = options.store ?? createMemoryBlobStore();
    this.fetcher = this.#peers.add('fetcher');
  }

  /** A peer that serves its store honestly, but for what `also` changes. */
  holder(name: string, also: Partial<ServeOptions> = {}, store: BlobStore = createMemoryBlobStore()): HolderPeer {
    const network = this.#peers.add(name);
    const given: Cid[] = [];
    const getBlock = async (cid: Cid): Promise<Uint8Array | undefined> => {
      const bytes = await store.getBlock(cid);
      if (bytes !== undefined) given.push(cid);
      return bytes;
    };
    serveBlobs({ network, store: { getBlock }, clock: this.clock, logger: silentLogger, mayServe: () => true, ...also });
    return { network, store, given };
  }

  /** A peer that answers as the test says. */
  stranger(name: string): LinkedPeer {
    return this.#peers.add(name);
  }

  fetch(root: Cid, from: (LinkedPeer | HolderPeer)[], also: Partial<FetchBlobOptions> = {}): Promise<Progress> {
    const peers = from.map((one): PeerId => ('peerId' in one ? one.peerId : one.network.peerId));
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
