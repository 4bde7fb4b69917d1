import type { BlobStore, Clock } from '@shoal/runtime';

export interface BlobStoreFixture {
  /** Started. */
  store: BlobStore;
  /** Stops it and removes what it kept. */
  dispose(): Promise<void>;
}

export interface FixtureOptions {
  quotaBytes?: number;
  clock?: Clock;
}

export type MakeBlobStore = (options?: FixtureOptions) => Promise<BlobStoreFixture>;

/** A store for the length of one test. */
export async function withStore(make: MakeBlobStore, use: (store: BlobStore) => Promise<void>, options: FixtureOptions = {}): Promise<void> {
  const { store, dispose } = await make(options);
  try {
    await use(store);
  } finally {
    await dispose();
  }
}
