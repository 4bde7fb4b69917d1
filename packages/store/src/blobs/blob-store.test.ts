import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@shoal/runtime';
import { describeBlobStore } from '../testing/blob-store-conformance.ts';
import { createBlobStore } from './blob-store.ts';

const key = new Uint8Array(32).fill(7);

for (const [name, secret] of [['The store on disk', {}], ['The store on disk, encrypted', { key }]] as const) describeBlobStore(name, async (options = {}) => {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-store-'));
  const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger, ...secret, ...options });
  await store.start();
  const dispose = async (): Promise<void> => {
    await store.stop();
    await rm(dir, { recursive: true });
  };
  return { store, dispose };
});
