import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { PeerId } from '@shoal/runtime';

/** Who runs in a data directory; written by the running peer, read by the commands. */
export interface RunFile {
  pid: number;
  startedAt: number;
  peer: PeerId;
  socketPath: string;
}

/** Readers see the old one or the new one, never half of it. */
export async function writeRunFile(path: string, content: RunFile): Promise<void> {
  const draft = `${path}.${content.pid}`;
  await writeFile(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  await rename(draft, path);
}

/** Undefined when there is none, or when it is not one of ours. */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  return parseRunFile(text);
}

function parseRunFile(text: string): RunFile | undefined {
  try {
    const value = JSON.parse(text) as Partial<RunFile> | null;
    if (typeof value?.pid !== 'number' || typeof value.socketPath !== 'string') return undefined;
    return value as RunFile;
  } catch {
    return undefined; // not ours, or of a disk that broke: the same as none
  }
}

export async function removeRunFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
