import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { cidText, isCodec, matches } from '../dag/cids.ts';
import { missing } from '../dag/walk.ts';
import { storeLimits } from '../limits.ts';
import type { Located } from '../catalogue/contents.ts';
import { stampOf } from './content-files.ts';
import { reportDamage } from './inspect.ts';
import type { StoreParts } from './parts.ts';
import { locate, nodeOf, type Location } from './view.ts';

/** Content of a file or a document, in chunks. */
export async function* readContent(
  parts: StoreParts,
  cid: CID,
  options: { offset?: number; length?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  const { bytes } = locateContent(parts, cid);
  let at = Math.max(0, options.offset ?? 0);
  const end = Math.min(bytes, at + (options.length ?? bytes));
  while (at < end) {
    options.signal?.throwIfAborted();
    const chunk = await readRange(parts, cid, at, Math.min(storeLimits.readBytes, end - at));
    at += chunk.length;
    yield chunk;
  }
}

/** One positioned read; short where the content ends. */
export async function readRange(parts: StoreParts, cid: CID, offset: number, length: number): Promise<Uint8Array> {
  const at = locateContent(parts, cid);
  const first = Math.max(0, offset);
  const taken = Math.max(0, Math.min(length, at.bytes - first));
  if ('inline' in at) return at.inline.subarray(first, first + taken);
  if (taken === 0) return new Uint8Array();
  const from = at.start + first;
  const hasGap = (): boolean => parts.contents.hasGapBetween(at.content, from, from + taken);
  if (!at.whole && hasGap()) throw missing(cid, 'read');
  const bytes = await parts.files.read(at.content, from, taken);
  // Opening the file may have found it damaged.
  if (bytes.length < taken || (parts.contents.byId(at.content)?.state !== 'whole' && hasGap())) {
    throw missing(cid, 'read', 'its content on disk is damaged');
  }
  return bytes;
}

/** Where content lies in a file, which is looked at first. Undefined where it lies in none, not whole, or encrypted. */
export async function placeOf(parts: StoreParts, cid: CID): Promise<{ path: string; offset: number } | undefined> {
  const at = locateContent(parts, cid);
  if ('inline' in at || !at.whole || !parts.files.arePlain) return undefined;
  return parts.files.use(at.content, async () => {
    // Opening the file may have found it damaged.
    if (parts.contents.byId(at.content)?.state !== 'whole') return undefined;
    return { path: parts.files.path(at.content), offset: at.start };
  });
}

/**
 * A block as it goes to others; missing when it is damaged. Whoever gets it hashes it, so that here it is hashed only
 * where there is reason to: the file is incomplete, somebody touched it, or it is this block's turn in the sample
 * by which bits that rotted are found.
 */
export async function readBlock(parts: StoreParts, cid: CID): Promise<Uint8Array | undefined> {
  const inline = parts.nodes.get(cid);
  if (inline !== undefined) {
    if (matches(cid, inline)) return inline;
    parts.logger.error('A block in the catalogue is damaged: it counts as missing now', { cid: cidText(cid) });
    await parts.commits.run('flushed', () => parts.nodes.drop(cid));
    return undefined;
  }
  if (!isCodec(cid, 'raw')) return undefined;
  for (let at = parts.contents.placed(cid); at !== undefined; at = parts.contents.placed(cid)) {
    const { bytes, trusted } = await readLeaf(parts, at);
    if (trusted || matches(cid, bytes)) return bytes;
    await reportDamage(parts, cid, at);
  }
  return undefined;
}

async function readLeaf(parts: StoreParts, at: Located): Promise<{ bytes: Uint8Array; trusted: boolean }> {
  return parts.files.use(at.content, async (handle) => {
    const [bytes, stamp] = await Promise.all([parts.files.readFrom(at.content, handle, at.start, at.length), stampOf(handle)]);
    const content = parts.contents.byId(at.content);
    const sampled = parts.served % storeLimits.servedPerSample === 0;
    parts.served += 1;
    return { bytes, trusted: !sampled && content?.state === 'whole' && content.stamp === stamp && bytes.length === at.length };
  });
}

function locateContent(parts: StoreParts, cid: CID): Location {
  if (isCodec(cid, 'dag-cbor')) {
    const inline = parts.nodes.get(cid);
    if (inline === undefined) throw missing(cid, 'read');
    return { inline, bytes: inline.length };
  }
  const at = locate(parts, cid);
  if (at !== undefined) return at;
  const node = isCodec(cid, 'raw') ? undefined : nodeOf(parts, cid);
  if (node?.kind === 'directory') {
    throw new StoreError('blob-not-file', `Cannot read ${cidText(cid)}: it is a directory`, { hint: 'List it, and read its files.' });
  }
  if (node?.kind === 'file' && node.bytes === 0) return { inline: new Uint8Array(), bytes: 0 };
  throw missing(cid, 'read');
}
