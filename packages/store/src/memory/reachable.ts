import type { CID } from 'multiformats/cid';
import type { MemoryBlocks } from './blocks.ts';

/** Text CIDs of everything here below the roots, leaves included. */
export function reachable(blocks: MemoryBlocks, roots: CID[]): Set<string> {
  const seen = new Set<string>();
  const pending = [...roots];
  for (let cid = pending.pop(); cid !== undefined; cid = pending.pop()) {
    if (seen.has(cid.toString())) continue;
    seen.add(cid.toString());
    for (const link of blocks.node(cid)?.links ?? []) pending.push(link.cid);
  }
  return seen;
}
