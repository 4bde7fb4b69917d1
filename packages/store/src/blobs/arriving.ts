import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { cidText, isCodec, matches } from '../dag/cids.ts';
import { checkBlockSize, hashMismatch } from '../dag/checks.ts';
import { placesBelow } from '../dag/layout.ts';
import { decodeNode, type FileNode } from '../dag/node.ts';
import { storeLimits } from '../limits.ts';
import type { Located } from '../catalogue/contents.ts';
import type { StoreParts } from './parts.ts';
import { nodeOf } from './view.ts';

/** Takes a block in: checks its hash, and puts its bytes where they belong. */
export async function putBlock(parts: StoreParts, cid: CID, bytes: Uint8Array): Promise<void> {
  checkBlockSize(cid, bytes);
  if (!matches(cid, bytes)) throw hashMismatch(cid, bytes);
  if (isCodec(cid, 'raw')) return putLeaf(parts, cid, bytes);
  if (isCodec(cid, 'dag-cbor')) return putDocument(parts, cid, bytes);
  return putNode(parts, cid, bytes);
}

/** Keeps a document, on disk on return. */
export async function putDocument(parts: StoreParts, cid: CID, bytes: Uint8Array, owner?: string): Promise<void> {
  checkBlockSize(cid, bytes);
  decodeNode(cid, bytes);
  const keep = (): void => {
    parts.nodes.put(cid, bytes);
    if (owner !== undefined) parts.pins.pin(cid, owner);
  };
  await keepInline(parts, cid, keep, bytes.length);
}

/** Whether a block is here, in every place that waits for it. */
export function hasBlock(parts: StoreParts, cid: CID): boolean {
  if (!isCodec(cid, 'raw')) return parts.nodes.size(cid) !== undefined;
  if (parts.contents.waiting(cid).length > 0) return false;
  return parts.nodes.size(cid) !== undefined || parts.contents.placed(cid) !== undefined;
}

/** Completes a file of which every leaf is here: on disk, then marked as whole. */
export async function settle(parts: StoreParts, id: number): Promise<void> {
  const stamp = await parts.files.flush(id);
  await parts.commits.run('flushed', () => parts.contents.settle(id, stamp));
}

async function putLeaf(parts: StoreParts, cid: CID, bytes: Uint8Array): Promise<void> {
  const waiting = parts.contents.waiting(cid);
  const places = waiting.filter(({ length }) => length === bytes.length);
  if (places.length < waiting.length) await dropFalsePlaces(parts, cid, waiting, bytes.length);
  await putInPlaces(parts, cid, bytes, places);
  if (places.length > 0 || hasBlock(parts, cid)) return;
  if (waiting.length > 0) throw inconsistent(cid, bytes.length, waiting);
  if (bytes.length <= storeLimits.inlineBytes) return keepInline(parts, cid, () => parts.nodes.put(cid, bytes), bytes.length);
  // A leaf that is a file by itself.
  const content = await parts.commits.run('written', () => layOutFile(parts, cid, bytes.length));
  await putInPlace(parts, cid, bytes, { content, start: 0, length: bytes.length, here: false });
}

/** Somebody's file says something false of a block. It must not keep the block out of files that are right. */
function dropFalsePlaces(parts: StoreParts, cid: CID, waiting: Located[], bytes: number): Promise<void> {
  return parts.commits.run('written', () => {
    for (const place of waiting) if (place.length !== bytes) parts.contents.dropPlace(cid, place);
  });
}

function inconsistent(cid: CID, bytes: number, waiting: Located[]): StoreError {
  return new StoreError('dag-inconsistent', `Cannot place ${cidText(cid)}: it has ${bytes} bytes, its file says ${waiting[0]?.length ?? 'otherwise'}`);
}

/** A leaf may occur very often in a file: some places at a time, so that they are committed together. */
async function putInPlaces(parts: StoreParts, cid: CID, bytes: Uint8Array, places: Located[]): Promise<void> {
  for (let at = 0; at < places.length; at += storeLimits.placesAtOnce) {
    await Promise.all(places.slice(at, at + storeLimits.placesAtOnce).map((place) => putInPlace(parts, cid, bytes, place)));
  }
}

/** Writes a leaf once, however many bring it at the same time: a late second write would look like meddling. */
async function putInPlace(parts: StoreParts, cid: CID, bytes: Uint8Array, place: Located): Promise<void> {
  const name = `${place.content}/${place.start}`;
  const other = parts.placing.get(name);
  if (other !== undefined) return other;
  const placing = writeInPlace(parts, cid, bytes, place);
  parts.placing.set(name, placing);
  try {
    await placing;
  } finally {
    parts.placing.delete(name);
  }
}

async function writeInPlace(parts: StoreParts, cid: CID, bytes: Uint8Array, place: Located): Promise<void> {
  if (!parts.contents.isWaiting(cid, place)) return;
  await parts.quota.during(bytes.length, async () => {
    await parts.files.write(place.content, bytes, place.start);
    await parts.commits.run('written', () => parts.contents.markLeaf(cid, place, true));
  });
  const content = parts.contents.byId(place.content);
  if (content?.state === 'arriving' && content.bytesHere === content.bytes) await settle(parts, content.id);
}

async function putNode(parts: StoreParts, cid: CID, bytes: Uint8Array): Promise<void> {
  const node = decodeNode(cid, bytes);
  if (node.kind !== 'file' || node.bytes === 0) return keepInline(parts, cid, () => parts.nodes.put(cid, bytes), bytes.length);
  checkClaims(parts, cid, node);
  const waiting = parts.contents.waiting(cid);
  if (waiting.some(({ length }) => length !== node.bytes)) await dropFalsePlaces(parts, cid, waiting, node.bytes);
  if (waiting.length > 0 && !parts.contents.hasPlace(cid)) throw inconsistent(cid, node.bytes, waiting);
  const keep = (): void => {
    parts.nodes.put(cid, bytes);
    placeFile(parts, cid, node);
  };
  await keepInline(parts, cid, keep, bytes.length);
  for (const link of node.links) await fillFromElsewhere(parts, link.cid);
}

/** Small blocks lie in the catalogue. They are flushed at once: one of them may be the last of its DAG. */
function keepInline(parts: StoreParts, cid: CID, keep: () => void, bytes: number): Promise<void> {
  if (parts.nodes.size(cid) !== undefined) return parts.commits.run('flushed', keep);
  return parts.quota.during(bytes, () => parts.commits.run('flushed', keep));
}

/** A flat file for a root, with the place of that root in it. */
function layOutFile(parts: StoreParts, root: CID, bytes: number): number {
  const known = parts.contents.byRoot(root);
  if (known !== undefined) return known.id;
  const id = parts.contents.create(root, 'arriving', bytes);
  parts.contents.addPlace(id, { cid: root, offset: 0, length: bytes, leaf: isCodec(root, 'raw') }, false);
  return id;
}

/** What a file says of the sizes of its parts must be so of those that are here. */
function checkClaims(parts: StoreParts, cid: CID, node: FileNode): void {
  for (const link of node.links) {
    const bytes = isCodec(link.cid, 'raw') ? (parts.nodes.size(link.cid) ?? parts.contents.placed(link.cid)?.length) : fileOf(parts, link.cid)?.bytes;
    if (bytes === undefined || bytes === link.bytes) continue;
    throw new StoreError('dag-inconsistent', `Cannot take ${cidText(cid)}: it says that ${cidText(link.cid)} has ${link.bytes} bytes, and it has ${bytes}`);
  }
}

function fileOf(parts: StoreParts, cid: CID): FileNode | undefined {
  const node = nodeOf(parts, cid);
  return node?.kind === 'file' ? node : undefined;
}

/** Within a transaction: gives a node's children their places, in the files that it is part of or in one of its own. */
function placeFile(parts: StoreParts, cid: CID, node: FileNode): void {
  placeWaiting(parts, cid, node);
  if (parts.contents.hasPlace(cid)) return;
  layOutFile(parts, cid, node.bytes);
  placeWaiting(parts, cid, node);
  if (parts.contents.hasPlace(cid)) return;
  throw new StoreError('blob-oversize', `Cannot take ${cidText(cid)}: it has ${node.links.length} parts or more for ${node.bytes} bytes`);
}

function placeWaiting(parts: StoreParts, cid: CID, node: FileNode): void {
  const pending = [{ cid, node }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const at of parts.contents.waiting(next.cid)) placeChildren(parts, next.cid, next.node, at);
    for (const link of next.node.links) {
      const child = isCodec(link.cid, 'dag-pb') && parts.contents.waiting(link.cid).length > 0 ? fileOf(parts, link.cid) : undefined;
      if (child !== undefined) pending.push({ cid: link.cid, node: child });
    }
  }
}

/** A file that claims more blocks than it may have is not completed; the parts of it are taken for files of their own. */
function placeChildren(parts: StoreParts, cid: CID, node: FileNode, at: Located): void {
  const most = storeLimits.placesPerFile + (parts.contents.byId(at.content)?.bytes ?? 0) / storeLimits.bytesPerPlace;
  const fits = at.length === node.bytes && parts.contents.placeCount(at.content) + node.links.length <= most;
  if (!fits) {
    parts.contents.dropPlace(cid, at);
    return;
  }
  for (const place of placesBelow(node, at.start)) parts.contents.addPlace(at.content, place, false);
  parts.contents.markExpanded(cid, at);
}

/** A leaf that lies in another file is copied rather than fetched. */
async function fillFromElsewhere(parts: StoreParts, cid: CID): Promise<void> {
  if (!isCodec(cid, 'raw') || parts.contents.waiting(cid).length === 0) return;
  const at = parts.contents.placed(cid);
  const bytes = parts.nodes.get(cid) ?? (at === undefined ? undefined : await parts.files.read(at.content, at.start, at.length));
  if (bytes === undefined || !matches(cid, bytes)) return;
  await putInPlaces(parts, cid, bytes, parts.contents.waiting(cid).filter(({ length }) => length === bytes.length));
}
