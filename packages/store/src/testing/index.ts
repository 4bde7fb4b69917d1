export { describeBlobStore, type BlobStoreFixture, type FixtureOptions, type MakeBlobStore } from './blob-store-conformance.ts';
export { gather, seededBytes, seededStream, streamOf } from './content.ts';
export { describeJournal, type JournalFixture } from './journal-conformance.ts';
export { blockOf, directoryNode, documentOf, fileNode, linkTo, smallTree, type Block } from './trees.ts';
