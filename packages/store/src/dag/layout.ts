import type { CID } from 'multiformats/cid';
import { isCodec } from './cids.ts';
import type { FileNode } from './node.ts';

/** Where the content below a block lies inside its file. */
export interface Place {
  cid: CID;
  offset: number;
  length: number;
  leaf: boolean;
}

/** Places of a node's children, the node's own content beginning at `base`. */
export function* placesBelow(node: FileNode, base: number): Generator<Place> {
  let offset = base;
  for (const { cid, bytes } of node.links) {
    yield { cid, offset, length: bytes, leaf: isCodec(cid, 'raw') };
    offset += bytes;
  }
}
