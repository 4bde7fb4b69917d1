export { createBlobStore } from './blobs/blob-store.ts';
export type { BlobStoreOptions } from './blobs/open.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { loadOrCreateIdentity } from './identity/identity.ts';
export { openJournal, type JournalOptions } from './journal/journal.ts';
export { journalLimits, storeLimits } from './limits.ts';
export { createMemoryBlobStore, type MemoryBlobStoreOptions } from './memory/blob-store.ts';
export { createMemoryJournal } from './memory/journal.ts';
export { lockDataDirectory } from './sqlite/lock.ts';
