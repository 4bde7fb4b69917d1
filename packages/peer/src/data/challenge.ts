import { deadline, messageOf, type BlobStore, type Cid, type Clock, type Network, type PeerId, type Random } from '@shoal/runtime';
import { createMemoryBlobStore } from '@shoal/store';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import { fetchBlock } from '../transfer/index.ts';

export interface Challenger {
  network: Pick<Network, 'open'>;
  clock: Clock;
  random: Random;
  stopping: AbortSignal;
}

/**
 * Has a peer show that it holds shards: the blocks from each one's root down to a leaf that the dice choose, each checked
 * against the hash by which the block above names it. So many bytes at most, of each shard, and kept nowhere.
 * Rejects with the reason where it does not.
 */
export async function challenge(parts: Challenger, peer: PeerId, shards: readonly Cid[]): Promise<void> {
  const signal = deadline(peerDefaults.challengeMs, parts.stopping);
  // Whatever is here, is in another store: it is the other peer's that counts.
  const seen = createMemoryBlobStore();
  await seen.start();
  try {
    for (const shard of shards) await showLeaf(parts, { peer, shard, seen, signal });
  } finally {
    await seen.stop();
  }
}

async function showLeaf(parts: Challenger, { peer, shard, seen, signal }: { peer: PeerId; shard: Cid; seen: BlobStore; signal: AbortSignal }): Promise<void> {
  let cid = shard;
  for (let depth = 0; depth < peerDefaults.maxChallengeDepth; depth += 1) {
    try {
      await fetchBlock({ cid, from: [peer], store: seen, network: parts.network, clock: parts.clock, signal });
    } catch (cause) {
      throw new PeerError('holding-unproven', `Cannot believe that ${peer} holds ${shard}: it did not show ${cid}: ${messageOf(cause)}`, { cause });
    }
    const links = (await seen.links(cid)) ?? [];
    if (links.length === 0) return;
    cid = oneOf(links, parts.random);
  }
  throw new PeerError('holding-unproven', `Cannot look into ${shard}: it is more than ${peerDefaults.maxChallengeDepth} levels deep`);
}

/** By their sizes: each byte below is as likely as any other. */
function oneOf(links: readonly { cid: Cid; bytes: number }[], random: Random): Cid {
  const total = links.reduce((sum, { bytes }) => sum + bytes, 0);
  let at = random.float() * total;
  for (const { cid, bytes } of links) if ((at -= bytes) < 0) return cid;
  return (links.at(-1) as { cid: Cid }).cid;
}
