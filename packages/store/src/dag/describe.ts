import type { BlobStat, BlockLink, DirectoryEntry } from '@shoal/runtime';
import type { CID } from 'multiformats/cid';
import { cidText, isCodec } from './cids.ts';
import { entriesOf, measure, type DagView } from './walk.ts';

/** The answers of the BlobStore port that follow from the blocks alone, the same for every store. */

export function describeBlob(view: DagView, root: CID): BlobStat | undefined {
  const extent = measure(view, root);
  if (extent === undefined) return undefined;
  const kind = isCodec(root, 'raw') ? 'file' : (view.node(root)?.kind ?? 'file');
  return { cid: cidText(root), kind, bytes: extent.bytes, bytesHere: extent.bytesHere };
}

export function describeEntries(view: DagView, directory: CID): DirectoryEntry[] {
  return entriesOf(view, directory).map(({ name, cid, bytes }) => {
    const extent = measure(view, cid);
    return { name, cid: cidText(cid), bytes: extent?.bytes ?? bytes, here: extent?.whole ?? false };
  });
}

/** Children of a node that is here; undefined when it is not. */
export function describeLinks(view: DagView, cid: CID): BlockLink[] | undefined {
  const node = view.node(cid);
  if (node === undefined || node.kind === 'file') return node?.links.map((link) => ({ cid: cidText(link.cid), bytes: link.bytes }));
  return node.links.map((link) => ({ cid: cidText(link.cid), bytes: measure(view, link.cid)?.bytes ?? link.bytes }));
}
