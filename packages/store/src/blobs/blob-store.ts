import type { BlobStat, BlobStore, BlockLink, Cid, DirectoryEntry, FileSource, ImportResult } from '@shoal/runtime';
import { cidOf, cidText, isCodec, readCid, sha256 } from '../dag/cids.ts';
import { describeBlob, describeEntries, describeLinks } from '../dag/describe.ts';
import { measure } from '../dag/walk.ts';
import { asStoreError, StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { hasBlock, putBlock, putDocument } from './arriving.ts';
import { collect } from './collecting.ts';
import { importDirectory } from './importing-directory.ts';
import { importFile } from './importing.ts';
import { openStore, type BlobStoreOptions, type OpenedStore } from './open.ts';
import { checkOwner } from './owner.ts';
import type { StoreParts } from './parts.ts';
import { readBlock, readContent, placeOf, readRange } from './reading.ts';
import { viewOf } from './view.ts';

/** Blobs on disk: contents as flat files, everything small in a catalogue beside them. */
export function createBlobStore(options: BlobStoreOptions): BlobStore {
  return new DiskBlobStore(options);
}

class DiskBlobStore implements BlobStore {
  readonly #options: BlobStoreOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #opened: OpenedStore | undefined;
  #stopping = new AbortController();

  constructor(options: BlobStoreOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#opened !== undefined) return;
    this.#stopping = new AbortController();
    try {
      this.#opened = await openStore(this.#options);
    } catch (error) {
      throw asStoreError(error, `open the blobs in ${this.#options.dir}`);
    }
  }

  async stop(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    this.#opened = undefined;
    this.#stopping.abort(stopped('go on'));
    await Promise.allSettled(this.#underWay);
    opened.parts.commits.flush();
    await opened.parts.files.close();
    opened.database.close();
  }

  importFile(content: AsyncIterable<Uint8Array>, options: { signal?: AbortSignal; owner?: string } = {}): Promise<ImportResult> {
    return this.#run('import a file', (parts) => importFile(parts, content, this.#bound(options)));
  }

  importDirectory(
    files: FileSource[],
    options: { signal?: AbortSignal; onProgress?: (bytes: number) => void; owner?: string } = {},
  ): Promise<ImportResult> {
    return this.#run('import a directory', (parts) => importDirectory(parts, files, this.#bound(options)));
  }

  putDocument(bytes: Uint8Array, options: { owner?: string } = {}): Promise<Cid> {
    return this.#run('keep a document', async (parts) => {
      const { owner } = this.#bound(options);
      const cid = cidOf('dag-cbor', sha256(bytes));
      await putDocument(parts, cid, bytes, owner);
      return cidText(cid);
    });
  }

  stat(root: Cid): Promise<BlobStat | undefined> {
    return this.#run('look at a blob', async (parts) => describeBlob(viewOf(parts), readCid(root)));
  }

  has(root: Cid): Promise<boolean> {
    return this.#run('look for a blob', async (parts) => measure(viewOf(parts), readCid(root))?.whole === true);
  }

  list(directory: Cid): Promise<DirectoryEntry[]> {
    return this.#run('list a directory', async (parts) => describeEntries(viewOf(parts), readCid(directory)));
  }

  async *read(root: Cid, options: { offset?: number; length?: number; signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const chunks = readContent(this.#parts('read a blob'), readCid(root), this.#bound(options));
    for (;;) {
      const next = await this.#run('read a blob', () => chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  readAt(root: Cid, offset: number, length: number): Promise<Uint8Array> {
    return this.#run('read a blob', (parts) => readRange(parts, readCid(root), offset, length));
  }

  fileOf(root: Cid): Promise<{ path: string; offset: number } | undefined> {
    return this.#run('find a blob on the disk', (parts) => placeOf(parts, readCid(root)));
  }

  getBlock(cid: Cid): Promise<Uint8Array | undefined> {
    return this.#run('read a block', (parts) => readBlock(parts, readCid(cid)));
  }

  putBlock(cid: Cid, bytes: Uint8Array): Promise<void> {
    return this.#run('keep a block', (parts) => putBlock(parts, readCid(cid), bytes));
  }

  hasBlock(cid: Cid): Promise<boolean> {
    return this.#run('look for a block', async (parts) => hasBlock(parts, readCid(cid)));
  }

  links(cid: Cid): Promise<BlockLink[] | undefined> {
    return this.#run('read links', async (parts) => {
      const binary = readCid(cid);
      if (!isCodec(binary, 'raw')) return describeLinks(viewOf(parts), binary);
      return hasBlock(parts, binary) ? [] : undefined;
    });
  }

  expect(root: Cid): Promise<void> {
    return this.#run('expect a blob', (parts) => {
      const untilMs = parts.clock.now() + storeLimits.expectationMs;
      return parts.commits.run('written', () => parts.pins.expect(readCid(root), untilMs));
    });
  }

  pin(root: Cid, owner: string): Promise<void> {
    return this.#run('pin a blob', (parts) => parts.commits.run('flushed', () => parts.pins.pin(readCid(root), checkOwner(owner))));
  }

  unpin(root: Cid, owner: string): Promise<void> {
    return this.#run('unpin a blob', (parts) => parts.commits.run('flushed', () => parts.pins.unpin(readCid(root), owner)));
  }

  pins(): Promise<{ cid: Cid; owner: string }[]> {
    return this.#run('list pins', async (parts) => parts.pins.all().map(({ cid, owner }) => ({ cid: cidText(cid), owner })));
  }

  collect(): Promise<number> {
    return this.#run('free space', collect);
  }

  usage(): Promise<{ bytes: number; blocks: number }> {
    return this.#run('measure usage', async (parts) => parts.usage.get());
  }

  #parts(what: string): StoreParts {
    if (this.#opened === undefined) throw stopped(what);
    return this.#opened.parts;
  }

  /** Runs an operation so that stop() waits for it and whatever the disk throws is typed. */
  async #run<T>(what: string, fn: (parts: StoreParts) => Promise<T>): Promise<T> {
    const running = fn(this.#parts(what));
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw asStoreError(error, what);
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** Checks options, and ends what they ask for when the store stops. */
  #bound<Options extends { signal?: AbortSignal; owner?: string }>(options: Options): Options & { signal: AbortSignal } {
    if (options.owner !== undefined) checkOwner(options.owner);
    const stopping = this.#stopping.signal;
    return { ...options, signal: options.signal === undefined ? stopping : AbortSignal.any([options.signal, stopping]) };
  }
}

function stopped(what: string): StoreError {
  return new StoreError('store-stopped', `Cannot ${what}: the store is not running`);
}
