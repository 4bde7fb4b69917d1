import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, type FileSource } from '@shoal/runtime';
import { limits } from '@shoal/protocol';
import { PeerError } from '../errors.ts';

export interface Folder {
  name: string;
  files: FileSource[];
  bytes: number;
}

const readBytes = 1_048_576;

/** A file or a folder of files as the shards of a dataset, sorted by name; hidden files are left out. */
export async function readFolder(path: string, only: readonly string[] | undefined): Promise<Folder> {
  const whole = resolve(path);
  try {
    const info = await stat(whole);
    const names = info.isDirectory() ? await shardNames(whole) : [basename(whole)];
    if (names.length === 0) throw new PeerError('dataset-empty', `Cannot add ${path}: the folder holds no files`);
    if (names.length > limits.maxShards) {
      throw new PeerError('dataset-empty', `Cannot add ${path}: ${names.length} files are more than the ${limits.maxShards} shards of one dataset`);
    }
    checkOnly(path, names, only);
    let bytes = 0;
    const files: FileSource[] = [];
    for (const name of names) {
      const file = info.isDirectory() ? join(whole, name) : whole;
      bytes += (await stat(file)).size;
      const open = (): AsyncIterable<Uint8Array> => createReadStream(file, { highWaterMark: readBytes });
      files.push({ name, open, keep: only === undefined || only.includes(name) });
    }
    return { name: basename(whole), files, bytes };
  } catch (cause) {
    if (cause instanceof PeerError) throw cause;
    throw new PeerError('data-unreadable', `Cannot read ${path}: ${messageOf(cause)}`, { cause, hint: 'Give the path of a file, or of a folder of files.' });
  }
}

async function shardNames(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.'));
  const nested = entries.find((entry) => entry.isDirectory());
  if (nested !== undefined) {
    throw new PeerError('data-nested', `Cannot add ${folder}: it holds the folder ${nested.name}, and a dataset is one flat folder of shards`, {
      hint: 'Add the inner folders one by one, or move their files up.',
    });
  }
  return entries.map((entry) => entry.name).sort();
}

function checkOnly(path: string, names: readonly string[], only: readonly string[] | undefined): void {
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new PeerError('dataset-shard-unknown', `Cannot keep only ${unknown}: ${path} has no file of that name`, {
    hint: `Its files are ${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length})` : ''}.`,
  });
}
