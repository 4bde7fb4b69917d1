import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, type ExecutionInput } from '@shoal/runtime';
import { PeerError } from '../errors.ts';

/** The files that a path stands for: itself, or those of a folder, as a dataset would have them. */
export async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [join(path, entry.name)] : [])).toSorted();
  } catch (cause) {
    throw new PeerError('data-unreadable', `Cannot use ${path} as input: ${messageOf(cause)}`, { cause, hint: 'Give a file, or a folder of files.' });
  }
}

/** A file as a unit's shard, read where it lies. */
export async function mountFile(path: string): Promise<ExecutionInput & AsyncDisposable> {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    path: `/in/${basename(path)}`,
    bytes: size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
