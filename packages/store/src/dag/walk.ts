import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { cidText, isCodec } from './cids.ts';
import type { DagNode, DirectoryLink } from './node.ts';

/** How much of a file or DAG there is. */
export interface Extent {
  /** Content bytes, all descendants included. */
  bytes: number;
  bytesHere: number;
  whole: boolean;
}

/** What a store knows of blocks; all that walking needs. */
export interface DagView {
  /** A block that is not a leaf; undefined when it is not here. */
  node(cid: CID): DagNode | undefined;
  /** A file or a leaf by its root; undefined when its root block is not here. */
  file(cid: CID): Extent | undefined;
}

/** The extent of a whole DAG; undefined when not even its root is here. */
export function measure(view: DagView, root: CID): Extent | undefined {
  return measureBelow(view, root, new Map(), 0);
}

function measureBelow(view: DagView, cid: CID, known: Map<string, Extent | undefined>, depth: number): Extent | undefined {
  const text = cid.toString();
  if (known.has(text)) return known.get(text);
  if (depth > storeLimits.dagDepth) {
    throw new StoreError('dag-inconsistent', `Cannot measure a DAG that nests deeper than ${storeLimits.dagDepth}, at ${cidText(cid)}`);
  }
  const node = isCodec(cid, 'raw') ? undefined : view.node(cid);
  let extent: Extent | undefined;
  if (isCodec(cid, 'raw') || node?.kind === 'file') extent = view.file(cid);
  else if (node !== undefined) {
    const own = node.kind === 'document' ? node.bytes : 0;
    extent = { bytes: own, bytesHere: own, whole: true };
    for (const link of node.links) {
      const child = measureBelow(view, link.cid, known, depth + 1);
      extent.bytes += child?.bytes ?? link.bytes;
      extent.bytesHere += child?.bytesHere ?? 0;
      extent.whole &&= child?.whole ?? false;
    }
  }
  known.set(text, extent);
  return extent;
}

/** Visits every block that is here and not a leaf, and every file and leaf reached as an entry of its own. */
export function reach(view: DagView, roots: Iterable<CID>, visit: { node(cid: CID): void; entry(cid: CID): void }): void {
  const seen = new Set<string>();
  const pending: { cid: CID; insideFile: boolean }[] = [...roots].map((cid) => ({ cid, insideFile: false }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { cid, insideFile } = next;
    const leaf = isCodec(cid, 'raw');
    const name = `${cid.toString()}${insideFile ? '' : '/'}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const node = leaf ? undefined : view.node(cid);
    if (!insideFile && (leaf || node?.kind === 'file')) visit.entry(cid);
    if (node === undefined) continue;
    visit.node(cid);
    const inside = node.kind === 'file';
    for (const link of node.links) {
      // The bytes of a file's leaves lie where the file was visited as an entry.
      if (!inside || !isCodec(link.cid, 'raw')) pending.push({ cid: link.cid, insideFile: inside });
    }
  }
}

/** Entries of a directory; fails with `blob-missing` or `blob-not-directory`. */
export function entriesOf(view: DagView, directory: CID): DirectoryLink[] {
  const node = isCodec(directory, 'raw') ? undefined : view.node(directory);
  if (node === undefined && !isCodec(directory, 'raw')) throw missing(directory, 'list');
  if (node?.kind !== 'directory') {
    throw new StoreError('blob-not-directory', `Cannot list ${cidText(directory)}: it is a ${node?.kind ?? 'file'}, expected a directory`);
  }
  return node.links;
}

export function missing(cid: CID, verb: string, detail = 'its content is not here, or not all of it'): StoreError {
  return new StoreError('blob-missing', `Cannot ${verb} ${cidText(cid)}: ${detail}`, {
    hint: 'Fetch it from a peer that holds it: `shoal data get`.',
  });
}
