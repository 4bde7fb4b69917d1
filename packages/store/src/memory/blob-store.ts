import type { BlobStat, BlobStore, BlockLink, Cid, Clock, DirectoryEntry, FileSource, ImportResult } from '@shoal/runtime';
import { systemClock } from '@shoal/runtime';
import type { CID } from 'multiformats/cid';
import { checkOwner } from '../blobs/owner.ts';
import { Quota } from '../blobs/quota.ts';
import { buildDirectory, buildFile, type BuiltFile } from '../dag/build.ts';
import { checkBlockSize, hashMismatch } from '../dag/checks.ts';
import { cidOf, cidText, isCodec, matches, readCid, sha256 } from '../dag/cids.ts';
import { describeBlob, describeEntries, describeLinks } from '../dag/describe.ts';
import { decodeNode } from '../dag/node.ts';
import { measure } from '../dag/walk.ts';
import { storeLimits } from '../limits.ts';
import { MemoryBlocks } from './blocks.ts';
import { reachable } from './reachable.ts';
import { readPieces } from './reading.ts';

export interface MemoryBlobStoreOptions {
  clock?: Clock;
  quotaBytes?: number;
}

/** Blobs in memory, gone with the process. Nothing in it runs on another thread: fit for simulation. */
export function createMemoryBlobStore(options: MemoryBlobStoreOptions = {}): BlobStore {
  return new MemoryBlobStore(options);
}

class MemoryBlobStore implements BlobStore {
  readonly #blocks = new MemoryBlocks();
  readonly #pins = new Map<string, { cid: CID; owner: string }>();
  readonly #expected = new Map<string, { root: CID; untilMs: number }>();
  readonly #clock: Clock;
  readonly #quota: Quota;

  constructor(options: MemoryBlobStoreOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#quota = new Quota({ get: () => this.#blocks.usage() }, options.quotaBytes);
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async importFile(content: AsyncIterable<Uint8Array>, options: { signal?: AbortSignal; owner?: string } = {}): Promise<ImportResult> {
    const { file, blocks } = await this.#build(content, options);
    return this.#keep(blocks, file.root, file.bytes, options.owner);
  }

  async importDirectory(
    files: FileSource[],
    options: { signal?: AbortSignal; onProgress?: (bytes: number) => void; owner?: string } = {},
  ): Promise<ImportResult> {
    const kept: [CID, Uint8Array][] = [];
    const entries: { name: string; file: BuiltFile }[] = [];
    let total = 0;
    for (const source of files) {
      const onBytes = (bytes: number): void => options.onProgress?.((total += bytes));
      const { file, blocks } = await this.#build(source.open(), { ...options, onBytes });
      if (source.keep !== false) kept.push(...blocks);
      entries.push({ name: source.name, file });
    }
    const node = buildDirectory(entries);
    return this.#keep([...kept, [node.cid, node.bytes]], node.cid, entries.reduce((sum, { file }) => sum + file.bytes, 0), options.owner);
  }

  async putDocument(bytes: Uint8Array, options: { owner?: string } = {}): Promise<Cid> {
    const cid = cidOf('dag-cbor', sha256(bytes));
    checkBlockSize(cid, bytes);
    decodeNode(cid, bytes);
    return this.#keep([[cid, bytes.slice()]], cid, bytes.length, options.owner).cid;
  }

  async stat(root: Cid): Promise<BlobStat | undefined> {
    return describeBlob(this.#blocks, readCid(root));
  }

  async has(root: Cid): Promise<boolean> {
    return measure(this.#blocks, readCid(root))?.whole === true;
  }

  async list(directory: Cid): Promise<DirectoryEntry[]> {
    return describeEntries(this.#blocks, readCid(directory));
  }

  async *read(root: Cid, options: { offset?: number; length?: number; signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const from = options.offset ?? 0;
    for (const piece of readPieces(this.#blocks, readCid(root), from, from + (options.length ?? Number.MAX_SAFE_INTEGER))) {
      options.signal?.throwIfAborted();
      yield piece;
    }
  }

  async readAt(root: Cid, offset: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(Buffer.concat([...readPieces(this.#blocks, readCid(root), offset, offset + length)]));
  }

  async getBlock(cid: Cid): Promise<Uint8Array | undefined> {
    return this.#blocks.get(readCid(cid));
  }

  async putBlock(cid: Cid, bytes: Uint8Array): Promise<void> {
    const binary = readCid(cid);
    checkBlockSize(binary, bytes);
    if (!matches(binary, bytes)) throw hashMismatch(binary, bytes);
    if (!isCodec(binary, 'raw')) decodeNode(binary, bytes);
    this.#blocks.checkSizes(binary, bytes);
    this.#keep([[binary, bytes.slice()]], binary, bytes.length, undefined);
  }

  async hasBlock(cid: Cid): Promise<boolean> {
    return this.#blocks.get(readCid(cid)) !== undefined;
  }

  async links(cid: Cid): Promise<BlockLink[] | undefined> {
    const binary = readCid(cid);
    if (!isCodec(binary, 'raw')) return describeLinks(this.#blocks, binary);
    return this.#blocks.get(binary) === undefined ? undefined : [];
  }

  async expect(root: Cid): Promise<void> {
    this.#expected.set(root, { root: readCid(root), untilMs: this.#clock.now() + storeLimits.expectationMs });
  }

  async pin(root: Cid, owner: string): Promise<void> {
    this.#pins.set(`${root} ${owner}`, { cid: readCid(root), owner: checkOwner(owner) });
  }

  async unpin(root: Cid, owner: string): Promise<void> {
    this.#pins.delete(`${root} ${owner}`);
  }

  async pins(): Promise<{ cid: Cid; owner: string }[]> {
    return [...this.#pins.values()].map(({ cid, owner }) => ({ cid: cidText(cid), owner }));
  }

  async collect(): Promise<number> {
    for (const [text, { root, untilMs }] of this.#expected) {
      if (untilMs <= this.#clock.now() || measure(this.#blocks, root)?.whole === true) this.#expected.delete(text);
    }
    const roots = [...this.#pins.values()].map(({ cid }) => cid).concat([...this.#expected.values()].map(({ root }) => root));
    return this.#blocks.retain(reachable(this.#blocks, roots));
  }

  async usage(): Promise<{ bytes: number; blocks: number }> {
    return this.#blocks.usage();
  }

  async #build(
    content: AsyncIterable<Uint8Array>,
    options: { signal?: AbortSignal; onBytes?: (bytes: number) => void },
  ): Promise<{ file: BuiltFile; blocks: [CID, Uint8Array][] }> {
    const blocks: [CID, Uint8Array][] = [];
    const keep = (bytes: Uint8Array): Uint8Array => {
      const digest = sha256(bytes);
      blocks.push([cidOf('raw', digest), bytes.slice()]);
      options.onBytes?.(bytes.length);
      return digest;
    };
    const file = await buildFile(content, { signal: options.signal, hash: keep });
    for (const { cid, bytes } of file.nodes.values()) blocks.push([cid, bytes]);
    return { file, blocks };
  }

  #keep(blocks: [CID, Uint8Array][], root: CID, bytes: number, owner: string | undefined): ImportResult {
    const size = blocks.reduce((sum, [cid, block]) => sum + (this.#blocks.get(cid) === undefined ? block.length : 0), 0);
    this.#quota.reserve(size);
    for (const [cid, block] of blocks) this.#blocks.put(cid, block);
    this.#quota.release(size);
    if (owner !== undefined) this.#pins.set(`${cidText(root)} ${owner}`, { cid: root, owner: checkOwner(owner) });
    return { cid: cidText(root), bytes };
  }
}
