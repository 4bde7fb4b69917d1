export { createBlobStore } from './blobs/blob-store.ts';
export type { BlobStoreOptions } from './blobs/open.ts';
export { createMemoryBlobStore, type MemoryBlobStoreOptions } from './memory/blob-store.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { journalLimits, storeLimits } from './limits.ts';
export { lockDataDirectory } from './sqlite/lock.ts';
