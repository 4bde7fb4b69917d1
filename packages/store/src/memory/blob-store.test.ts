import { describeBlobStore } from '../testing/blob-store-conformance.ts';
import { createMemoryBlobStore } from './blob-store.ts';

describeBlobStore('The memory store', async (options = {}) => {
  const store = createMemoryBlobStore(options);
  await store.start();
  return { store, dispose: () => store.stop() };
});
