import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, type Logger } from '@shoal/runtime';
import { asStoreError, StoreError } from '../errors.ts';
import type { StoreCipher } from '../encryption/cipher.ts';
import { storeLimits } from '../limits.ts';

interface OpenFile {
  opening: Promise<FileHandle>;
  users: number;
  /** Written since the disk was last set to work. */
  dirtyBytes: number;
  flushing: Promise<void> | undefined;
  flushError: unknown;
  /** Set when it is removed: its last user closes it. */
  onClosed: (() => void) | undefined;
}

export interface Inspector {
  /** Whether such a file should be; nothing else is opened, or created. */
  expects(id: number): boolean;
  /** Called before the first use of an opened file. */
  opened(id: number, handle: FileHandle): Promise<void>;
}

/** The flat files, by id, a bounded number of them open. */
export class ContentFiles {
  readonly #dir: string;
  readonly #logger: Logger;
  readonly #inspector: Inspector;
  readonly #cipher: StoreCipher;
  readonly #files = new Map<number, OpenFile>();
  readonly #closing = new Set<Promise<void>>();

  constructor(dir: string, logger: Logger, inspector: Inspector, cipher: StoreCipher) {
    this.#dir = dir;
    this.#logger = logger;
    this.#inspector = inspector;
    this.#cipher = cipher;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
  }

  /** Lends the open file to `fn`; it stays open at least until that is done. */
  async use<T>(id: number, fn: (handle: FileHandle) => Promise<T>): Promise<T> {
    const file = this.#acquire(id);
    try {
      return await fn(await file.opening);
    } catch (error) {
      throw asStoreError(error, `use the content file ${this.path(id)}`);
    } finally {
      file.users -= 1;
      if (file.onClosed !== undefined && file.users === 0) this.#close(file);
      this.#trim();
    }
  }

  /** Reads exactly so many bytes; fewer only where the file ends. */
  async read(id: number, offset: number, length: number): Promise<Uint8Array> {
    return this.use(id, (handle) => this.readFrom(id, handle, offset, length));
  }

  /** The same, of a file that was lent. */
  async readFrom(id: number, handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
    return this.#cipher.mask(id, offset, await readAll(handle, offset, length));
  }

  /** Whether a file has its content as it is, so that others may read it there. */
  get arePlain(): boolean {
    return this.#cipher.isPlain;
  }

  async write(id: number, bytes: Uint8Array, offset: number): Promise<void> {
    await this.use(id, async (handle) => {
      await writeAll(handle, this.#cipher.mask(id, offset, bytes), offset);
      this.#flushInBackground(id, handle, bytes.length);
    });
  }

  /** Puts what was written on the disk, and returns the file's stamp as it now is. */
  async flush(id: number): Promise<string> {
    return this.use(id, async (handle) => {
      const file = this.#files.get(id);
      await file?.flushing;
      if (file?.flushError !== undefined) throw file.flushError;
      await handle.sync();
      await this.#flushDirectory();
      return stampOf(handle);
    });
  }

  /** Removes a file for good. Whoever uses it now finishes first: until then its room is not free. */
  async remove(id: number): Promise<void> {
    const file = this.#files.get(id);
    await rm(this.path(id), { force: true });
    if (file === undefined) return;
    if (this.#files.get(id) === file) this.#files.delete(id);
    await new Promise<void>((resolve) => {
      file.onClosed = resolve;
      if (file.users === 0) this.#close(file);
    });
  }

  /** Ids of all files there are. */
  async list(): Promise<number[]> {
    const names = await readdir(this.#dir);
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) this.#close(file);
    this.#files.clear();
    await Promise.all(this.#closing);
  }

  path(id: number): string {
    return join(this.#dir, String(id));
  }

  #acquire(id: number): OpenFile {
    let file = this.#files.get(id);
    if (file === undefined) {
      file = { opening: this.#open(id), users: 0, dirtyBytes: 0, flushing: undefined, flushError: undefined, onClosed: undefined };
      const opened = file;
      file.opening.catch(() => {
        if (this.#files.get(id) === opened) this.#files.delete(id); // whoever waits for it gets the error
      });
    }
    file.users += 1;
    this.#files.delete(id); // the most recently used are last
    this.#files.set(id, file);
    return file;
  }

  async #open(id: number): Promise<FileHandle> {
    if (!this.#inspector.expects(id)) {
      throw new StoreError('blob-missing', `Cannot open the content file ${this.path(id)}: it was removed`);
    }
    const handle = await open(this.path(id), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      await this.#inspector.opened(id, handle);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  #trim(): void {
    for (const [id, file] of this.#files) {
      if (this.#files.size <= storeLimits.openFiles) return;
      if (file.users > 0 || file.flushing !== undefined || file.flushError !== undefined) continue;
      this.#files.delete(id);
      this.#close(file);
    }
  }

  #close(file: OpenFile): void {
    const closing = (async () => {
      try {
        await file.flushing;
        await (await file.opening).close();
      } catch (error) {
        this.#logger.warn('A content file did not close', { error: messageOf(error) });
      }
    })();
    this.#closing.add(closing);
    void closing.then(() => {
      this.#closing.delete(closing);
      file.onClosed?.();
    });
  }

  #flushInBackground(id: number, handle: FileHandle, written: number): void {
    const file = this.#files.get(id);
    if (file === undefined) return;
    file.dirtyBytes += written;
    if (file.dirtyBytes < storeLimits.flushBytes || file.flushing !== undefined) return;
    file.dirtyBytes = 0;
    const flush = async (): Promise<void> => {
      try {
        await handle.datasync();
      } catch (error) {
        file.flushError = error; // the disk says so only once: kept for flush()
      } finally {
        file.flushing = undefined;
      }
    };
    file.flushing = this.use(id, flush);
  }

  async #flushDirectory(): Promise<void> {
    if (process.platform === 'win32') return; // directories cannot be flushed there
    const directory = await open(this.#dir, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

/** What changes when somebody writes to a file. */
export async function stampOf(handle: FileHandle): Promise<string> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  return `${size}:${mtimeNs}`;
}

async function readAll(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
}
