import { maxNameBytes, maxPathBytes } from '../limits.ts';
import { errno, fail } from './errno.ts';
import type { GuestMemory } from './memory.ts';
import type { DirectoryNode, WasiNode, WasiState } from './state.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** A path given by the guest: UTF-8 without NUL, relative, of bounded length. */
export function readPath(memory: GuestMemory, at: number, length: number): string {
  if (length >>> 0 > maxPathBytes) fail(errno.nametoolong);
  const bytes = memory.slice(at, length);
  if (bytes.includes(0)) fail(errno.ilseq);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return fail(errno.ilseq); // not UTF-8: the one thing that decoding in fatal mode throws for
  }
  if (text.length === 0) fail(errno.noent);
  if (text.startsWith('/')) fail(errno.notcapable);
  return text;
}

/** Where a path leads: the folder that holds its last name, and what is there now. */
export interface Place {
  parent: number;
  name: string;
  /** Node number of what has that name; undefined when nothing has. */
  node: number | undefined;
  /** The path ended in a slash: only a folder will do. */
  folderOnly: boolean;
}

function directoryOf(state: WasiState, node: number): DirectoryNode {
  const found = state.nodes[node];
  if (found === undefined) fail(errno.noent);
  if (found.kind !== 'directory') fail(errno.notdir);
  return found;
}

/** Walks from a folder. Leaving the root, by however many `..`, ends with `notcapable`. */
export function resolvePath(state: WasiState, from: number, path: string): Place {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const folderOnly = path.endsWith('/') || path.endsWith('/.') || path === '.';
  let folder = from;
  for (const [i, name] of names.entries()) {
    // A code unit takes at most three bytes: most names need no counting.
    if (name.length * 3 > maxNameBytes && encoder.encode(name).length > maxNameBytes) fail(errno.nametoolong);
    const directory = directoryOf(state, folder);
    const last = i === names.length - 1;
    if (name === '..') {
      if (directory.parent === folder) fail(errno.notcapable);
      folder = directory.parent;
      continue;
    }
    const entry = directory.entries.get(name);
    if (last) return { parent: folder, name, node: entry?.node, folderOnly };
    if (entry === undefined) fail(errno.noent);
    folder = entry.node;
  }
  // The path names a folder without saying its name: `.`, `..`, `a/..`.
  directoryOf(state, folder);
  return { parent: folder, name: '', node: folder, folderOnly: true };
}

/** Like resolvePath, for something that must be there. */
export function resolveExisting(state: WasiState, from: number, path: string): { number: number; node: WasiNode } {
  const place = resolvePath(state, from, path);
  const node = place.node === undefined ? undefined : state.nodes[place.node];
  if (place.node === undefined || node === undefined) fail(errno.noent);
  if (place.folderOnly && node.kind !== 'directory') fail(errno.notdir);
  return { number: place.node, node };
}
