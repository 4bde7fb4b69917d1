const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of the store, with its unit in the name. */
export const storeLimits = {
  /** Content below one leaf; part of what makes a CID (the profile `unixfs-v1-2025`). */
  leafBytes: MiB,
  /** Links of one file node; part of what makes a CID (the profile `unixfs-v1-2025`). */
  linksPerNode: 1024,
  /** Largest block taken in: what other IPFS tools agree on. */
  blockBytes: 2 * MiB,
  /** Largest DAG-CBOR document: it lies in the catalogue and is read whole. */
  documentBytes: MiB,
  /** A file up to this size lies in the catalogue: a row is cheaper than a file. */
  inlineBytes: 64 * KiB,
  /** Leaves of one file: 256 GiB in leaves of 1 MiB. Each is a row. */
  leavesPerFile: 262_144,
  /** Blocks of one file that arrives, in any layout: so many, and one more for every so many bytes. Each is a row, and a few bytes from a peer can claim very many. */
  placesPerFile: 1024,
  bytesPerPlace: 16 * KiB,
  /** Places of one block that are written at once. */
  placesAtOnce: 16,
  /** Largest directory node; beyond it other tools would shard it into many. */
  directoryBytes: 256 * KiB,
  /** Length of a name in a directory: what file systems allow. */
  nameBytes: 255,
  /** Directories and documents within each other. */
  dagDepth: 256,
  /** Length of a pin's owner. */
  ownerChars: 256,
  /** Blocks of one import that are hashed and written at once. */
  importConcurrency: 8,
  /** Unflushed bytes of one file at which the disk is set to work in the background. */
  flushBytes: 32 * MiB,
  /** Open files kept for reading and writing. */
  openFiles: 64,
  /** How long a DAG that arrives is kept although nobody pins it and nothing of it came. */
  expectationMs: 24 * 60 * 60 * 1000,
  /** Bytes of one chunk that `read` yields. */
  readBytes: MiB,
  /** Of so many blocks given to others one is hashed, to find bits that rotted. */
  servedPerSample: 16,
  /** Room kept for the catalogue, so that things can be removed from a full disk. */
  ballastBytes: 2 * MiB,
  /** Operations in one catalogue transaction. */
  commitOperations: 256,
  /** Write-ahead log kept on disk after a checkpoint. */
  walBytes: 64 * MiB,
} as const;

/** Every bound of the journal. */
export const journalLimits = {
  /** One record: the largest signed entry is far below. */
  recordBytes: 4 * MiB,
  /** Records of one append: it is one transaction. */
  appendRecords: 10_000,
  /** A summary is for lists. */
  summaryBytes: MiB,
  scopeChars: 256,
  keyChars: 256,
  /** Records read at once while replaying. */
  replayRecords: 512,
  /** Scopes whose row numbers are remembered. */
  knownScopes: 4096,
} as const;
