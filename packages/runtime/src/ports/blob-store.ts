import type { Cid } from '../brands.ts';
import type { Service } from './service.ts';

export interface BlobStat {
  cid: Cid;
  kind: 'file' | 'directory' | 'document';
  /** Content bytes, all descendants included. */
  bytes: number;
  /** Of those, how many are here. */
  bytesHere: number;
}

export interface DirectoryEntry {
  name: string;
  cid: Cid;
  bytes: number;
  /** Whether all of its content is here. */
  here: boolean;
}

export interface ImportResult {
  cid: Cid;
  bytes: number;
}

export interface FileSource {
  /** Name inside the directory, no slashes. */
  name: string;
  /** Content in order; called once. */
  open(): AsyncIterable<Uint8Array>;
  /** False: hash it, but do not keep its content (a shard that lies elsewhere). Default true. */
  keep?: boolean;
}

/** A child of a block. */
export interface BlockLink {
  cid: Cid;
  /** Content bytes below this link; 0 where only the block itself would tell. */
  bytes: number;
}

/** Pins what comes of it for this owner in the same step, so that no collect() can come between. */
export interface OwnerOption {
  owner?: string;
}

/**
 * Content-addressed blobs: UnixFS files and directories (raw leaves of 1 MiB, CIDv1, SHA-256) and
 * DAG-CBOR documents. What is returned was verified against its hash when it came in.
 */
export interface BlobStore extends Service {
  importFile(content: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal } & OwnerOption): Promise<ImportResult>;
  /** One flat directory; the CID is the same whichever files are kept here. */
  importDirectory(
    files: FileSource[],
    options?: { signal?: AbortSignal; onProgress?: (bytes: number) => void } & OwnerOption,
  ): Promise<ImportResult>;
  /** Stores a small DAG-CBOR document. Blocks that it links belong to its DAG; CIDs that it names as text do not. */
  putDocument(bytes: Uint8Array, options?: OwnerOption): Promise<Cid>;

  /** Undefined when not even the root block is here. */
  stat(root: Cid): Promise<BlobStat | undefined>;
  /** Whole DAG present. */
  has(root: Cid): Promise<boolean>;
  list(directory: Cid): Promise<DirectoryEntry[]>;
  /** Reads content; fails with `blob-missing` where a block is not here. */
  read(root: Cid, options?: { offset?: number; length?: number; signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** One positioned read, for mounting in a sandbox. */
  readAt(root: Cid, offset: number, length: number): Promise<Uint8Array>;
  /** Where a file's content lies whole on this machine's disk, looked at just now; undefined where it lies otherwise. Nobody may write there. */
  fileOf?(root: Cid): Promise<{ path: string; offset: number } | undefined>;

  // For block exchange.
  getBlock(cid: Cid): Promise<Uint8Array | undefined>;
  /** Verifies, then keeps durably once the DAG's last block is in; fails with `block-hash-mismatch`. The bytes may be reused afterwards. */
  putBlock(cid: Cid, bytes: Uint8Array): Promise<void>;
  hasBlock(cid: Cid): Promise<boolean>;
  /** Children of a held block: [] for a leaf, undefined when the block is not here. */
  links(cid: Cid): Promise<BlockLink[] | undefined>;
  /** Begins keeping a DAG that will arrive block by block; idempotent. */
  expect(root: Cid): Promise<void>;

  /** What holds a root; a root that nothing holds may be collected. */
  pin(root: Cid, owner: string): Promise<void>;
  unpin(root: Cid, owner: string): Promise<void>;
  pins(): Promise<{ cid: Cid; owner: string }[]>;
  /** Frees everything that no pin reaches; resolves with the bytes freed. */
  collect(): Promise<number>;
  usage(): Promise<{ bytes: number; blocks: number }>;
}
