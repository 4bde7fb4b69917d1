export { describeBlobStore } from './blob-store-conformance.ts';
export type { BlobStoreFixture, FixtureOptions, MakeBlobStore } from './blob-store-fixture.ts';
export { gather, seededBytes, seededStream, streamOf } from './content.ts';
export { describeJournal, type JournalFixture } from './journal-conformance.ts';
export { blockOf, directoryNode, documentOf, fileNode, linkTo, smallTree, type Block } from './trees.ts';
