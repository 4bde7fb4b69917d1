import { describe } from 'vitest';
import type { BlobStore, Clock } from '@shoal/runtime';
import { blockCases } from './blob-store-cases/blocks.ts';
import { documentCases } from './blob-store-cases/documents.ts';
import { directoryCases } from './blob-store-cases/directories.ts';
import { fileCases } from './blob-store-cases/files.ts';
import { hostileCases } from './blob-store-cases/hostile.ts';
import { retentionCases } from './blob-store-cases/retention.ts';

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

/** What every implementation of BlobStore must do. */
export function describeBlobStore(name: string, make: MakeBlobStore): void {
  describe(`${name} as a BlobStore`, () => {
    fileCases(make);
    directoryCases(make);
    documentCases(make);
    blockCases(make);
    retentionCases(make);
    hostileCases(make);
  });
}

/** A store for the length of one test. */
export async function withStore(make: MakeBlobStore, use: (store: BlobStore) => Promise<void>, options: FixtureOptions = {}): Promise<void> {
  const { store, dispose } = await make(options);
  try {
    await use(store);
  } finally {
    await dispose();
  }
}
