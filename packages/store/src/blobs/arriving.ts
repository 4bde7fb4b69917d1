import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { cidText, isCodec, matches } from '../dag/cids.ts';
import { checkBlockSize, hashMismatch } from '../dag/checks.ts';
import { placesBelow } from '../dag/layout.ts';
import { decodeNode, type FileNode } from '../dag/node.ts';
import { storeLimits } from '../limits.ts';
import type { Located } from '../catalogue/contents.ts';
import type { StoreParts } from './parts.ts';

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
  await keepInline(parts, cid, bytes, () => {
    if (owner !== undefined) parts.pins.pin(cid, owner);
  });
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
  const places = parts.contents.waiting(cid);
  if (places.length === 0) {
    if (hasBlock(parts, cid)) return;
    if (bytes.length <= storeLimits.inlineBytes) return keepInline(parts, cid, bytes);
    // A leaf that is a file by itself.
    const id = await parts.commits.run('written', () => layOutFile(parts, cid, bytes.length));
    await putInPlace(parts, cid, bytes, { content: id, start: 0, length: bytes.length, here: false });
    return;
  }
  for (const place of places) await putInPlace(parts, cid, bytes, place);
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
  if (place.length !== bytes.length) {
    throw new StoreError('dag-inconsistent', `Cannot place leaf ${cidText(cid)}: it has ${bytes.length} bytes, its file says ${place.length}`);
  }
  await parts.quota.during(bytes.length, async () => {
    await parts.files.write(place.content, bytes, place.start);
    await parts.commits.run('written', () => parts.contents.markLeaf(cid, place, true));
  });
  const content = parts.contents.byId(place.content);
  if (content?.state === 'arriving' && content.bytesHere === content.bytes) await settle(parts, content.id);
}

async function putNode(parts: StoreParts, cid: CID, bytes: Uint8Array): Promise<void> {
  const node = decodeNode(cid, bytes);
  await keepInline(parts, cid, bytes, () => {
    if (node.kind === 'file' && node.bytes > 0) placeFile(parts, cid, node);
  });
  if (node.kind === 'file') for (const link of node.links) await fillFromElsewhere(parts, link.cid);
}

/** Small blocks lie in the catalogue. They are flushed at once: one of them may be the last of its DAG. */
async function keepInline(parts: StoreParts, cid: CID, bytes: Uint8Array, also?: () => void): Promise<void> {
  await parts.quota.during(bytes.length, () =>
    parts.commits.run('flushed', () => {
      parts.nodes.put(cid, bytes);
      also?.();
    }),
  );
}

/** A flat file for a root, with the place of that root in it. */
function layOutFile(parts: StoreParts, root: CID, bytes: number): number {
  const known = parts.contents.byRoot(root);
  if (known !== undefined) return known.id;
  const id = parts.contents.create(root, 'arriving', bytes);
  parts.contents.addPlace(id, { cid: root, offset: 0, length: bytes, leaf: isCodec(root, 'raw') }, false);
  return id;
}

/** Within a transaction: gives a node's children their places, in the file that it is part of or in one of its own. */
function placeFile(parts: StoreParts, cid: CID, node: FileNode): void {
  if (!parts.contents.hasPlace(cid)) layOutFile(parts, cid, node.bytes);
  const pending = [{ cid, node }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const at of parts.contents.waiting(next.cid)) {
      if (at.length !== next.node.bytes) {
        throw new StoreError('dag-inconsistent', `Cannot place ${cidText(next.cid)}: it has ${next.node.bytes} bytes, its file says ${at.length}`);
      }
      boundPlaces(parts, next.cid, at, next.node);
      for (const place of placesBelow(next.node, at.start)) parts.contents.addPlace(at.content, place, false);
      parts.contents.markExpanded(next.cid, at);
    }
    for (const link of next.node.links) {
      const bytes = isCodec(link.cid, 'dag-pb') ? parts.nodes.get(link.cid) : undefined;
      const child = bytes === undefined ? undefined : decodeNode(link.cid, bytes);
      if (child?.kind === 'file' && parts.contents.waiting(link.cid).length > 0) pending.push({ cid: link.cid, node: child });
    }
  }
}

function boundPlaces(parts: StoreParts, cid: CID, at: Located, node: FileNode): void {
  if (parts.contents.placeCount(at.content) + node.links.length <= storeLimits.placesPerFile) return;
  throw new StoreError('blob-oversize', `Cannot place ${cidText(cid)}: its file has more than ${storeLimits.placesPerFile} blocks`);
}

/** A leaf that lies in another file is copied rather than fetched. */
async function fillFromElsewhere(parts: StoreParts, cid: CID): Promise<void> {
  if (!isCodec(cid, 'raw') || parts.contents.waiting(cid).length === 0) return;
  const at = parts.contents.placed(cid);
  const bytes = parts.nodes.get(cid) ?? (at === undefined ? undefined : await parts.files.read(at.content, at.start, at.length));
  if (bytes === undefined || !matches(cid, bytes)) return;
  for (const place of parts.contents.waiting(cid)) await putInPlace(parts, cid, bytes, place);
}
