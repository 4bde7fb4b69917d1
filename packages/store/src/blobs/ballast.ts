import { rmSync } from 'node:fs';
import { stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, type Logger } from '@shoal/runtime';
import { storeLimits } from '../limits.ts';

/** It is not put there unless so many times its size is free. */
const roomFactor = 8;

/** A file that does nothing but take up room, and is dropped when the disk is full: removing things takes some, too. */
export class Ballast {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** Puts it there, unless room is short; without it everything works until the disk is full. */
  async load(): Promise<void> {
    try {
      if ((await sizeOf(this.#path)) === storeLimits.ballastBytes) return;
      const { bavail, bsize } = await statfs(dirname(this.#path));
      if (bavail * bsize < storeLimits.ballastBytes * roomFactor) {
        this.#logger.warn('There is little room left on the disk', { bytes: bavail * bsize });
        return;
      }
      await writeFile(this.#path, Buffer.alloc(storeLimits.ballastBytes, 1), { mode: 0o600 });
    } catch (error) {
      this.#logger.warn('No room could be kept for a full disk', { error: messageOf(error) });
      this.drop();
    }
  }

  /** Whether there was any to be dropped. Synchronous, since a write that failed is to be tried again. */
  drop(): boolean {
    try {
      rmSync(this.#path);
    } catch {
      return false; // it was dropped before, or never there
    }
    return true;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
