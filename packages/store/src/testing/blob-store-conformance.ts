import { describe } from 'vitest';
import { blockCases } from './blob-store-cases/blocks.ts';
import { documentCases } from './blob-store-cases/documents.ts';
import { directoryCases } from './blob-store-cases/directories.ts';
import { fileCases } from './blob-store-cases/files.ts';
import { hostileCases } from './blob-store-cases/hostile.ts';
import { retentionCases } from './blob-store-cases/retention.ts';
import type { MakeBlobStore } from './blob-store-fixture.ts';

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
