import { createHash } from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import type { Cid } from '@shoal/runtime';
import { cidOf, cidText, type Codec } from '../dag/cids.ts';

export interface Block {
  cid: Cid;
  bytes: Uint8Array;
}

interface Subtree {
  cid: CID;
  bytes: number;
}

export function blockOf(codec: Codec, bytes: Uint8Array): Block & { link: CID } {
  const link = cidOf(codec, createHash('sha256').update(bytes).digest());
  return { cid: cidText(link), bytes, link };
}

/** A file node over given children; `claims` are the sizes it states. */
export function fileNode(children: Subtree[], claims: number[] = children.map((child) => child.bytes)): Block & { link: CID } {
  const unixfs = new UnixFS({ type: 'file', blockSizes: claims.map(BigInt) });
  const links = children.map((child) => ({ Name: '', Hash: child.cid, Tsize: child.bytes }));
  return blockOf('dag-pb', dagPb.encode(dagPb.prepare({ Data: unixfs.marshal(), Links: links })));
}

export function directoryNode(entries: { name: string; cid: CID; bytes: number }[]): Block & { link: CID } {
  const links = entries.map(({ name, cid, bytes }) => ({ Name: name, Hash: cid, Tsize: bytes }));
  return blockOf('dag-pb', dagPb.encode(dagPb.prepare({ Data: new UnixFS({ type: 'directory' }).marshal(), Links: links })));
}

export function documentOf(value: unknown): Block & { link: CID } {
  return blockOf('dag-cbor', dagCbor.encode(value));
}

export function linkTo(cid: Cid): CID {
  return CID.parse(cid);
}

/** A file in another layout than ours, several levels deep though small: all its blocks, parents first. */
export function smallTree(content: Uint8Array, leafBytes: number, width: number): Block[] {
  const blocks: Block[] = [];
  let level: Subtree[] = [];
  for (let at = 0; at < content.length; at += leafBytes) {
    const leaf = blockOf('raw', content.slice(at, at + leafBytes));
    blocks.unshift(leaf);
    level.push({ cid: leaf.link, bytes: leaf.bytes.length });
  }
  while (level.length > 1) {
    const above: Subtree[] = [];
    for (let at = 0; at < level.length; at += width) {
      const children = level.slice(at, at + width);
      const node = fileNode(children);
      blocks.unshift(node);
      above.push({ cid: node.link, bytes: children.reduce((sum, child) => sum + child.bytes, 0) });
    }
    level = above;
  }
  return [...new Map(blocks.map((block) => [block.cid, block])).values()];
}
