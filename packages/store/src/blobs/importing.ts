import { messageOf, type ImportResult } from '@shoal/runtime';
import type { CID } from 'multiformats/cid';
import { buildFile, type BuiltFile } from '../dag/build.ts';
import { cidText, isCodec } from '../dag/cids.ts';
import { placesBelow, type Place } from '../dag/layout.ts';
import { decodeNode } from '../dag/node.ts';
import { storeLimits } from '../limits.ts';
import type { StoreParts } from './parts.ts';

/** A file that was hashed and whose content lies in a flat file, or in memory when it is small. */
export interface Staged {
  file: BuiltFile;
  content: { id: number; stamp: string } | { inline: Uint8Array } | undefined;
  /** Of the quota, until it is committed or discarded. */
  reservedBytes: number;
}

/** Hashes content and writes it down, in one pass; nothing of it counts before `commitStaged`. */
export async function stage(
  parts: StoreParts,
  content: AsyncIterable<Uint8Array>,
  options: { signal?: AbortSignal | undefined; onProgress?: ((bytes: number) => void) | undefined },
): Promise<Staged> {
  let id: number | undefined;
  let inline: Uint8Array | undefined;
  let reserved = 0;
  let total = 0;
  const leaf = async (bytes: Uint8Array, offset: number): Promise<void> => {
    parts.quota.reserve(bytes.length);
    reserved += bytes.length;
    if (offset === 0 && bytes.length <= storeLimits.inlineBytes) inline = bytes.slice();
    else await parts.files.write((id ??= parts.contents.create(undefined, 'importing', 0)), bytes, offset);
    options.onProgress?.((total += bytes.length));
  };
  try {
    const file = await buildFile(content, { signal: options.signal, leaf });
    options.signal?.throwIfAborted();
    const kept = id === undefined ? { inline: inline ?? new Uint8Array() } : { id, stamp: await parts.files.flush(id) };
    return { file, content: kept, reservedBytes: reserved };
  } catch (error) {
    parts.quota.release(reserved);
    if (id !== undefined) await discard(parts, [id]);
    throw error;
  }
}

/** Makes staged files, and blocks that go with them, part of the store in one step; after an error they are still to be discarded. */
export async function commitStaged(
  parts: StoreParts,
  staged: Staged[],
  result: ImportResult,
  extras: { node?: { cid: CID; bytes: Uint8Array }; root: CID; owner?: string | undefined },
): Promise<ImportResult> {
  const doomed = await parts.commits.run('flushed', () => {
    const needless = staged.flatMap((one) => adopt(parts, one));
    if (extras.node !== undefined) parts.nodes.put(extras.node.cid, extras.node.bytes);
    if (extras.owner !== undefined) parts.pins.pin(extras.root, extras.owner);
    return needless;
  });
  release(parts, staged);
  await removeDoomed(parts, doomed);
  parts.logger.debug('Imported', { cid: result.cid, bytes: result.bytes });
  return result;
}

export async function importFile(
  parts: StoreParts,
  content: AsyncIterable<Uint8Array>,
  options: { signal?: AbortSignal; owner?: string } = {},
): Promise<ImportResult> {
  const staged = await stage(parts, content, options);
  const { root, bytes } = staged.file;
  try {
    return await commitStaged(parts, [staged], { cid: cidText(root), bytes }, { root, owner: options.owner });
  } catch (error) {
    await discardStaged(parts, [staged]);
    throw error;
  }
}

export async function discardStaged(parts: StoreParts, staged: Staged[]): Promise<void> {
  release(parts, staged);
  await discard(parts, staged.flatMap(({ content }) => (content !== undefined && 'id' in content ? [content.id] : [])));
}

function release(parts: StoreParts, staged: Staged[]): void {
  for (const one of staged) {
    parts.quota.release(one.reservedBytes);
    one.reservedBytes = 0;
  }
}

/** Gives up flat files: first the files, since the catalogue cannot be written when they have filled the disk. */
async function discard(parts: StoreParts, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  for (const id of ids) parts.discarded.add(id);
  try {
    for (const id of ids) await parts.files.remove(id);
    await parts.commits.run('written', () => {
      for (const id of ids) parts.contents.doom(id);
      for (const id of ids) parts.contents.forget(id);
    });
    for (const id of ids) parts.discarded.delete(id);
  } catch (error) {
    parts.logger.warn('An import that failed was not cleared away: the next start does that', { files: ids, error: messageOf(error) });
  }
}

/** Removes the files of contents that were doomed. What does not succeed is tried again at the next start. */
export async function removeDoomed(parts: StoreParts, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    for (const id of ids) await parts.files.remove(id);
    await parts.commits.run('written', () => ids.forEach((id) => parts.contents.forget(id)));
  } catch (error) {
    parts.logger.warn('Files that are no longer needed were not removed', { files: ids, error: messageOf(error) });
  }
}

/** Within a transaction: enters a staged file. Returns the flat files that it made needless. */
function adopt(parts: StoreParts, { file, content }: Staged): number[] {
  if (content === undefined) return [];
  if ('inline' in content) {
    parts.nodes.put(file.root, content.inline);
    return [];
  }
  const doomed: number[] = [];
  const known = parts.contents.byRoot(file.root);
  if (known?.state === 'whole') {
    parts.contents.doom(content.id);
    return [content.id];
  }
  if (known !== undefined) {
    parts.contents.doom(known.id);
    doomed.push(known.id);
  }
  for (const { cid, bytes } of file.nodes.values()) parts.nodes.put(cid, bytes);
  let leaves = 0;
  for (const place of placesOf(file)) {
    parts.contents.addPlace(content.id, place, true);
    if (place.leaf) leaves += 1;
  }
  parts.contents.fill(content.id, file.root, file.bytes, leaves, content.stamp);
  return doomed;
}

/** Places of all blocks of a file whose nodes are at hand. */
function* placesOf(file: BuiltFile): Generator<Place> {
  const pending: Place[] = [{ cid: file.root, offset: 0, length: file.bytes, leaf: isCodec(file.root, 'raw') }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    yield place;
    const block = place.leaf ? undefined : file.nodes.get(place.cid.toString());
    const node = block === undefined ? undefined : decodeNode(block.cid, block.bytes);
    if (node?.kind === 'file') pending.push(...placesBelow(node, place.offset));
  }
}
