import type { CID } from 'multiformats/cid';
import { storeLimits } from '../limits.ts';
import { isCodec } from './cids.ts';

/** A subtree: bytes of its blocks, and bytes of content in them. */
interface Tree {
  dag: number;
  content: number;
}

/** All trees of one level: `count` equal ones, then perhaps a smaller last one. */
interface Level {
  count: number;
  full: Tree;
  last: Tree | undefined;
}

const cidBytes = 36;

/**
 * Content bytes of a file of which only its link is known. A directory says how large a child's DAG is,
 * nodes included; for the layout of `importFile` the content follows from that exactly. For any other
 * layout it is the size of the DAG, which is a little more.
 */
export function contentBytes(dagBytes: number, cid: CID): number {
  if (!Number.isSafeInteger(dagBytes) || dagBytes < 0) return 0;
  if (isCodec(cid, 'raw')) return dagBytes;
  let low = 0;
  let high = dagBytes;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (dagBytesOf(middle) < dagBytes) low = middle + 1;
    else high = middle;
  }
  return dagBytesOf(low) === dagBytes ? low : dagBytes;
}

/** Bytes of all blocks of a file with so much content: grows strictly with it. */
export function dagBytesOf(content: number): number {
  const { leafBytes, linksPerNode } = storeLimits;
  const rest = content % leafBytes;
  let level: Level = {
    count: Math.floor(content / leafBytes),
    full: { dag: leafBytes, content: leafBytes },
    last: rest > 0 ? { dag: rest, content: rest } : undefined,
  };
  while (level.count + (level.last === undefined ? 0 : 1) > 1) level = parents(level, linksPerNode);
  return level.last?.dag ?? (level.count === 0 ? 0 : level.full.dag);
}

function parents(level: Level, width: number): Level {
  const rest = level.count % width;
  return {
    count: Math.floor(level.count / width),
    full: parent(width, level.full, undefined),
    last: rest > 0 || level.last !== undefined ? parent(rest, level.full, level.last) : undefined,
  };
}

/** A dag-pb node over `count` equal children and perhaps a last one; field by field as it is encoded. */
function parent(count: number, child: Tree, last: Tree | undefined): Tree {
  const children = (of: (tree: Tree) => number): number => count * of(child) + (last === undefined ? 0 : of(last));
  const content = children((tree) => tree.content);
  const unixfs = 2 + 1 + varintBytes(content) + children((tree) => 1 + varintBytes(tree.content));
  const link = (tree: Tree): number => 2 + cidBytes + 2 + 1 + varintBytes(tree.dag);
  const links = children((tree) => 1 + varintBytes(link(tree)) + link(tree));
  return { dag: links + 1 + varintBytes(unixfs) + unixfs + children((tree) => tree.dag), content };
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
