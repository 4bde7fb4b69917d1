import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@shoal/runtime';
import { describeBlobStore } from '../testing/blob-store-conformance.ts';
import { createBlobStore } from './blob-store.ts';

describeBlobStore('The store on disk', async (options = {}) => {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-store-'));
  const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger, ...options });
  await store.start();
  const dispose = async (): Promise<void> => {
    await store.stop();
    await rm(dir, { recursive: true });
  };
  return { store, dispose };
});
