import { systemRandom, type Cid } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { blocksProtocol } from '../transfer/index.ts';
import { fileIn, TestMesh, type HolderPeer } from '../transfer/testing/mesh.ts';
import { challenge, type Challenger } from './challenge.ts';

const MiB = 1_048_576;
const { signal } = new AbortController();

function challengerOf(mesh: TestMesh): Challenger {
  return { network: mesh.fetcher, clock: mesh.clock, random: systemRandom, stopping: signal };
}

async function rig(name: string): Promise<{ mesh: TestMesh; holder: HolderPeer; shards: Cid[]; ask: () => Promise<void> }> {
  const mesh = new TestMesh();
  const holder = mesh.holder(name);
  // One leaf alone, a file of many, and one that is here as well.
  const shards = [await fileIn([holder.store], 1_000, 'small'), await fileIn([holder.store], 9 * MiB, 'large'), await fileIn([holder.store, mesh.store], 3 * MiB, 'both')];
  return { mesh, holder, shards, ask: () => challenge(challengerOf(mesh), holder.network.peerId, shards) };
}

describe('a peer that is to show that it holds shards', () => {
  it('gives the blocks down to a leaf of each, and no more', async () => {
    const { holder, ask, shards } = await rig('honest');
    await ask();
    expect(holder.given).toHaveLength(1 + 2 + 2);
    for (const shard of shards) expect(holder.given).toContain(shard);
    const sizes = await Promise.all(holder.given.map(async (cid) => (await holder.store.getBlock(cid))?.length ?? 0));
    expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(3 * (MiB + 10_000));
  });

  it('is asked for other leaves each time', async () => {
    const { holder, ask } = await rig('honest');
    for (let i = 0; i < 12; i += 1) await ask();
    expect(new Set(holder.given).size).toBeGreaterThan(6);
  });

  it('and has none of it, is found out', async () => {
    const { mesh, shards } = await rig('honest');
    const liar = mesh.holder('liar');
    await expect(challenge(challengerOf(mesh), liar.network.peerId, shards)).rejects.toMatchObject({ code: 'holding-unproven', message: expect.stringContaining(shards[0] as string) });
  });

  it('and has the roots alone, which anybody may have seen, is found out', async () => {
    const { mesh, shards, holder } = await rig('honest');
    const liar = mesh.holder('liar');
    const roots = new Set<string>(shards.slice(1));
    const getBlock = liar.store.getBlock.bind(liar.store);
    liar.store.getBlock = async (cid) => (roots.has(cid) ? holder.store.getBlock(cid) : getBlock(cid));
    await expect(challenge(challengerOf(mesh), liar.network.peerId, shards.slice(1))).rejects.toMatchObject({ code: 'holding-unproven' });
  });

  it('and answers with other bytes, is found out', async () => {
    const { mesh, shards, holder } = await rig('honest');
    const liar = mesh.holder('liar');
    liar.store.getBlock = async (cid) => (await holder.store.getBlock(cid))?.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    await expect(challenge(challengerOf(mesh), liar.network.peerId, shards)).rejects.toMatchObject({ code: 'holding-unproven' });
  });

  it('and does not speak of blocks at all, is found out', async () => {
    const { mesh, shards } = await rig('honest');
    const mute = mesh.stranger('mute');
    mute.serve(blocksProtocol, async (stream) => stream.close());
    await expect(challenge(challengerOf(mesh), mute.peerId, shards)).rejects.toMatchObject({ code: 'holding-unproven' });
  });
});
