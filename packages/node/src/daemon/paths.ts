import { chmod, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '@shoal/runtime';
import { NodeError } from '../errors.ts';
import { limits } from '../limits.ts';

/** Files of a running peer in its data directory; what it keeps is the store's own. */
export interface RunPaths {
  /** Only its owner may enter: who can reach the socket can command the peer. */
  folder: string;
  /** Who runs, and where its socket is. */
  runFile: string;
}

export function runPaths(dataDir: string): RunPaths {
  const folder = join(dataDir, 'run');
  return { folder, runFile: join(folder, 'peer.json') };
}

/** Makes the data directory and its run folder, closed to other users; fails with `data-dir-unusable`. */
export async function prepareDataDir(dataDir: string): Promise<RunPaths> {
  const paths = runPaths(dataDir);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await mkdir(paths.folder, { recursive: true, mode: 0o700 });
    await closeToOthers(paths.folder);
  } catch (cause) {
    if (cause instanceof NodeError) throw cause;
    throw new NodeError('data-dir-unusable', `Cannot use ${dataDir} as a data directory: ${messageOf(cause)}`, {
      cause,
      hint: 'Choose a directory that you may write to: --data-dir DIR.',
    });
  }
  return paths;
}

/** A folder that was made by somebody else, or is a link to elsewhere, is not ours to trust. */
async function closeToOthers(folder: string): Promise<void> {
  const found = await lstat(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    throw new NodeError('data-dir-unusable', `Cannot use ${folder}: it is not a directory of this user`, {
      hint: 'Choose a data directory of your own: --data-dir DIR.',
    });
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/**
 * Where to put the socket: in the run folder, or, when that path is too long for a socket's address,
 * in a fresh private folder under the temporary directory (the run file tells where).
 */
export async function placeSocket(folder: string): Promise<string> {
  const near = join(folder, 'api.sock');
  if (Buffer.byteLength(near) <= limits.maxSocketPathBytes) return removeStale(near);
  const far = join(await mkdtemp(join(tmpdir(), 'shoal-')), 'api.sock');
  if (Buffer.byteLength(far) <= limits.maxSocketPathBytes) return far;
  await removeSocket(far);
  throw new NodeError('socket-unusable', `Cannot make a local socket: ${near} and ${far} are both longer than ${limits.maxSocketPathBytes} bytes`, {
    hint: 'Choose a data directory with a shorter path, or set TMPDIR to one.',
  });
}

/** Whoever left it is gone: the caller's peer has the data directory for itself. */
async function removeStale(path: string): Promise<string> {
  await rm(path, { force: true });
  return path;
}

/** Removes a socket, and its folder when that was made for it. */
export async function removeSocket(path: string): Promise<void> {
  const folder = dirname(path);
  await rm(path, { force: true });
  if (basename(folder).startsWith('shoal-') && dirname(folder) === tmpdir() && (await isEmpty(folder))) await rm(folder, { recursive: true });
}

async function isEmpty(folder: string): Promise<boolean> {
  const left = await readdir(folder).catch(() => undefined); // gone already
  return left?.length === 0;
}
