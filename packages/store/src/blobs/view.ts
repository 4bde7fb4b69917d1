import type { CID } from 'multiformats/cid';
import { isCodec } from '../dag/cids.ts';
import { decodeNode, type DagNode } from '../dag/node.ts';
import type { DagView, Extent } from '../dag/walk.ts';
import type { StoreParts } from './parts.ts';

/** Where the content below a CID lies. */
export type Location =
  | { inline: Uint8Array; bytes: number }
  | { content: number; start: number; bytes: number; whole: boolean };

/** Decoded block that is not a leaf; undefined when it is not here. */
export function nodeOf(parts: StoreParts, cid: CID): DagNode | undefined {
  const bytes = parts.nodes.get(cid);
  return bytes === undefined ? undefined : decodeNode(cid, bytes);
}

/** Finds a file, a leaf or part of a file. */
export function locate(parts: StoreParts, cid: CID): Location | undefined {
  const raw = isCodec(cid, 'raw');
  const inline = raw ? parts.nodes.get(cid) : undefined;
  if (inline !== undefined) return { inline, bytes: inline.length };
  const own = parts.contents.byRoot(cid);
  if (own !== undefined && (!raw || own.state === 'whole')) return { content: own.id, start: 0, bytes: own.bytes, whole: own.state === 'whole' };
  const at = parts.contents.placed(cid);
  if (at === undefined) return undefined;
  const whole = parts.contents.byId(at.content)?.state === 'whole';
  return { content: at.content, start: at.start, bytes: at.length, whole };
}

export function viewOf(parts: StoreParts): DagView {
  return {
    node: (cid) => nodeOf(parts, cid),
    file: (cid): Extent | undefined => {
      const at = locate(parts, cid);
      if (at === undefined) return isEmptyFile(parts, cid) ? { bytes: 0, bytesHere: 0, whole: true } : undefined;
      if ('inline' in at || at.whole) return { bytes: at.bytes, bytesHere: at.bytes, whole: true };
      if (isCodec(cid, 'raw')) return { bytes: at.bytes, bytesHere: at.bytes, whole: true };
      const bytesHere = parts.contents.bytesHereBetween(at.content, at.start, at.start + at.bytes);
      // The file that holds it all is whole once it is on disk; a part of it, once its leaves are here.
      const part = at.start > 0 || parts.contents.byId(at.content)?.bytes !== at.bytes;
      return { bytes: at.bytes, bytesHere, whole: part && bytesHere === at.bytes };
    },
  };
}

function isEmptyFile(parts: StoreParts, cid: CID): boolean {
  const node = isCodec(cid, 'dag-pb') ? nodeOf(parts, cid) : undefined;
  return node?.kind === 'file' && node.bytes === 0;
}
