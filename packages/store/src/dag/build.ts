import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { importer, type BufferImporter } from 'ipfs-unixfs-importer';
import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { abortable, ChunkPool, rechunk } from './chunks.ts';
import { cidOf, sha256 } from './cids.ts';
import { nameProblem } from './names.ts';

/** A file as its DAG: the root, and the nodes above the leaves by CID. */
export interface BuiltFile {
  root: CID;
  /** Content bytes. */
  bytes: number;
  /** Bytes of all blocks, as a directory states it. */
  dagBytes: number;
  nodes: Map<string, { cid: CID; bytes: Uint8Array }>;
}

export interface BuildOptions {
  signal?: AbortSignal | undefined;
  /** Takes a leaf's bytes, for as long as it runs, for their place in the file. Several are under way at once. */
  leaf?: (bytes: Uint8Array, offset: number) => Promise<void>;
  /** Sees every leaf, and returns its SHA-256. */
  hash?: (bytes: Uint8Array) => Uint8Array;
}

/** Hashes content into the DAG that any IPFS tool makes of it under the profile `unixfs-v1-2025`. */
export async function buildFile(content: AsyncIterable<Uint8Array>, options: BuildOptions = {}): Promise<BuiltFile> {
  const nodes: BuiltFile['nodes'] = new Map();
  const pool = new ChunkPool();
  let offset = 0;
  const bufferImporter: BufferImporter = async function* (file) {
    for await (const block of file.content) {
      const at = offset;
      offset += block.length;
      if (offset > storeLimits.leavesPerFile * storeLimits.leafBytes) throw tooLarge();
      // Started here and awaited by the importer: the next chunk is read meanwhile.
      const done = hashAndKeep(block, at, options, pool);
      done.catch(() => {});
      yield () => done;
    }
  };
  const built = importer(
    [{ content: abortable(content, options.signal) }],
    { put: async (cid, bytes) => (nodes.set(cid.toString(), { cid, bytes: bytes as Uint8Array }), cid) },
    { profile: 'unixfs-v1-2025', chunker: (source) => rechunk(source, storeLimits.leafBytes, pool), bufferImporter, blockWriteConcurrency: storeLimits.importConcurrency },
  );
  for await (const { cid, size } of built) return { root: cid, bytes: offset, dagBytes: Number(size), nodes };
  throw new StoreError('block-malformed', 'Cannot import: the importer made no file of the content');
}

/** The bytes are written by another thread while they are hashed here. */
async function hashAndKeep(
  bytes: Uint8Array,
  offset: number,
  { hash = sha256, leaf }: BuildOptions,
  pool: ChunkPool,
): Promise<{ cid: CID; size: bigint; block: Uint8Array }> {
  const writing = leaf?.(bytes, offset);
  const cid = cidOf('raw', hash(bytes));
  await writing;
  pool.give(bytes);
  return { cid, size: BigInt(bytes.length), block: new Uint8Array() };
}

/** The node of a flat directory; fails with `directory-invalid`. */
export function buildDirectory(entries: { name: string; file: BuiltFile }[]): { cid: CID; bytes: Uint8Array } {
  const names = new Set<string>();
  for (const { name } of entries) {
    const problem = names.has(name) ? 'it occurs twice' : nameProblem(name);
    if (problem !== undefined) {
      throw new StoreError('directory-invalid', `Cannot import a directory with the entry ${JSON.stringify(name)}: ${problem}`);
    }
    names.add(name);
  }
  const links = entries.map(({ name, file }) => ({ Name: name, Hash: file.root, Tsize: file.dagBytes }));
  const bytes = dagPb.encode(dagPb.prepare({ Data: new UnixFS({ type: 'directory' }).marshal(), Links: links }));
  if (bytes.length > storeLimits.directoryBytes) {
    throw new StoreError(
      'directory-invalid',
      `Cannot import a directory of ${entries.length} files: its node has ${bytes.length} bytes, expected at most ${storeLimits.directoryBytes}`,
      { hint: 'Put the files into several directories, or several files into one.' },
    );
  }
  return { cid: cidOf('dag-pb', sha256(bytes)), bytes };
}

function tooLarge(): StoreError {
  const most = storeLimits.leavesPerFile * storeLimits.leafBytes;
  return new StoreError('blob-oversize', `Cannot import a file of more than ${most} bytes`, { hint: 'Split it into several files.' });
}

