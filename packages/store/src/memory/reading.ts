import type { CID } from 'multiformats/cid';
import { cidText, isCodec } from '../dag/cids.ts';
import { missing } from '../dag/walk.ts';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import type { MemoryBlocks } from './blocks.ts';

/** Content of a file or document between two offsets, leaf by leaf; copies, so that nobody changes a block. */
export function readPieces(blocks: MemoryBlocks, root: CID, from: number, to: number): Generator<Uint8Array> {
  if (!isCodec(root, 'raw') && blocks.node(root)?.kind === 'directory') {
    throw new StoreError('blob-not-file', `Cannot read ${cidText(root)}: it is a directory`, { hint: 'List it, and read its files.' });
  }
  return piecesBelow(blocks, root, Math.max(0, from), to, 0);
}

function* piecesBelow(blocks: MemoryBlocks, cid: CID, from: number, to: number, depth: number): Generator<Uint8Array> {
  const bytes = blocks.get(cid);
  if (bytes === undefined || depth > storeLimits.dagDepth) throw missing(cid, 'read');
  const node = isCodec(cid, 'dag-pb') ? blocks.node(cid) : undefined;
  if (node === undefined) {
    const piece = bytes.slice(from, Math.max(from, to));
    if (piece.length > 0) yield piece;
    return;
  }
  let start = 0;
  for (const link of node.links) {
    if (start < to && start + link.bytes > from) yield* piecesBelow(blocks, link.cid, Math.max(0, from - start), to - start, depth + 1);
    start += link.bytes;
  }
}
