import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSeed, systemClock, type BlobStore, type Journal, type Logger } from '@shoal/runtime';
import { createBlobStore, createMemoryBlobStore, createMemoryJournal, loadOrCreateIdentity, lockDataDirectory, openJournal } from '@shoal/store';
import type { PeerOptions } from '../api.ts';

export interface Storage {
  seed: Uint8Array;
  store: BlobStore;
  journal: Journal;
  peerStorePath: string | undefined;
  close(): Promise<void>;
}

const directoryMode = 0o700;

/** Identity, blobs and journal: in the data directory, or in memory without one. */
export async function openStorage(options: PeerOptions, logger: Logger): Promise<Storage> {
  const { dataDir } = options;
  if (dataDir === undefined) {
    const store = createMemoryBlobStore();
    const journal = createMemoryJournal();
    await store.start();
    return { seed: generateSeed(), store, journal, peerStorePath: undefined, close: () => closeBoth(store, journal) };
  }
  await mkdir(dataDir, { recursive: true, mode: directoryMode });
  await using opened = new AsyncDisposableStack();
  const lock = lockDataDirectory(dataDir);
  opened.defer(() => lock.release());
  const seed = await loadOrCreateIdentity(dataDir);
  const quota = options.quotaBytes === undefined ? {} : { quotaBytes: options.quotaBytes };
  const store = createBlobStore({ dir: join(dataDir, 'blobs'), clock: systemClock, logger, key: options.storeKey, ...quota });
  opened.defer(() => store.stop());
  await store.start();
  const journal = openJournal({ path: join(dataDir, 'journal.sqlite'), key: options.storeKey });
  opened.defer(() => journal.close());
  const owned = opened.move();
  return { seed, store, journal, peerStorePath: join(dataDir, 'peers.json'), close: () => owned.disposeAsync() };
}

async function closeBoth(store: BlobStore, journal: Journal): Promise<void> {
  journal.close();
  await store.stop();
}
