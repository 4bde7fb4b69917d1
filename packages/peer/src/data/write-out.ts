import { constants, createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobStore, Cid } from '@shoal/runtime';

/** A file to a file, a folder to a folder; complete or not at all. */
export async function writeOut(store: BlobStore, root: Cid, to: string, signal: AbortSignal): Promise<number> {
  const info = await store.stat(root);
  if (info?.kind === 'directory') {
    await mkdir(to, { recursive: true });
    for (const entry of await store.list(root)) await writeFile(store, entry.cid, join(to, entry.name), signal);
  } else await writeFile(store, root, to, signal);
  return info?.bytes ?? 0;
}

async function writeFile(store: BlobStore, cid: Cid, to: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const partial = `${to}.part`;
  try {
    const isCopied = await copyWhole(store, cid, partial, signal);
    if (!isCopied) await pipeline(Readable.from(store.read(cid, { signal })), createWriteStream(partial), { signal });
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Where the store has it as a file of its own, the system copies it, or shares its blocks: half the time of reading and writing it. */
async function copyWhole(store: BlobStore, cid: Cid, to: string, signal: AbortSignal): Promise<boolean> {
  const [file, info] = await Promise.all([store.fileOf?.(cid), store.stat(cid)]);
  if (file?.offset !== 0 || (await stat(file.path)).size !== info?.bytes) return false;
  await copyFile(file.path, to, constants.COPYFILE_FICLONE);
  signal.throwIfAborted(); // what was copied for nothing is removed
  // The store's own files are for its owner alone; this one is as any other that its user makes.
  await chmod(to, 0o666 & ~process.umask());
  return (await stat(to)).size === info.bytes;
}
