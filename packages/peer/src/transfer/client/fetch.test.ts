import { describe, expect, it } from 'vitest';
import type { Cid } from '@shoal/runtime';
import { createMemoryBlobStore } from '@shoal/store';
import { documentOf, gather, linkTo, seededBytes, seededStream, smallTree } from '@shoal/store/testing';
import { fileIn, TestMesh } from '../testing/mesh.ts';
import { fetchBlock } from './fetch.ts';

const MiB = 1024 * 1024;
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('Fetching a blob', () => {
  it('brings a file here, and asks for each block once', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const cid = await fileIn([holder.store], 20 * MiB + 5, 'file');
    const seen: number[] = [];
    const outcome = await mesh.fetch(cid, [holder], { onProgress: ({ bytesFetched }) => seen.push(bytesFetched) });
    expect(await mesh.store.has(cid)).toBe(true);
    expect(same(await gather(mesh.store.read(cid)), seededBytes(20 * MiB + 5, 'file'))).toBe(true);
    expect(holder.given).toHaveLength(22);
    expect(outcome).toMatchObject({ blocksFetched: 22, bytesTotal: 20 * MiB + 5 });
    expect(outcome.bytesFrom).toEqual(new Map([[holder.network.peerId, outcome.bytesFetched]]));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(mesh.opened).toBe(1);
  });

  it('brings directories, small files and what documents link', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const files = Array.from({ length: 300 }, (_, at) => ({ name: `f${at}`, open: () => seededStream(at * 50, `f${at}`) }));
    const directory = await holder.store.importDirectory([...files, { name: 'large', open: () => seededStream(2 * MiB, 'large') }]);
    const document = documentOf({ data: linkTo(directory.cid), list: [1, 2, 3] });
    await holder.store.putDocument(document.bytes);
    await mesh.fetch(document.cid, [holder]);
    expect(await mesh.store.has(document.cid)).toBe(true);
    expect(await mesh.store.list(directory.cid)).toEqual(await holder.store.list(directory.cid));
  });

  it('brings a deep DAG and one that names the same blocks very often', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    for (const content of [seededBytes(3000, 'deep'), new Uint8Array(3000)]) {
      const blocks = smallTree(content, 10, 3);
      for (const { cid, bytes } of blocks) await holder.store.putBlock(cid, bytes);
      const root = blocks[0]?.cid as Cid;
      const { blocksFetched } = await mesh.fetch(root, [holder]);
      expect(blocksFetched).toBe(blocks.length);
      expect(same(await gather(mesh.store.read(root)), content)).toBe(true);
    }
  });

  it('goes on where it stopped, and asks for nothing that is here', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const cid = await fileIn([holder.store], 30 * MiB, 'resumed');
    const abort = new AbortController();
    const stopAtHalf = ({ blocksFetched }: { blocksFetched: number }): void => {
      if (blocksFetched === 15) abort.abort(new Error('the lid was closed'));
    };
    await expect(mesh.fetch(cid, [holder], { signal: abort.signal, onProgress: stopAtHalf })).rejects.toThrow('the lid was closed');
    const had = (await mesh.store.usage()).blocks;
    expect(had).toBeGreaterThanOrEqual(15);
    const { blocksFetched } = await mesh.fetch(cid, [holder]);
    expect(blocksFetched).toBe(31 - had);
    expect(await mesh.store.has(cid)).toBe(true);
    expect((await mesh.fetch(cid, [holder])).blocksFetched).toBe(0);
    expect((await mesh.fetch(cid, [])).blocksFetched).toBe(0);
  });

  it('takes from several holders at once, and each block from one of them', async () => {
    const mesh = new TestMesh();
    const holders = ['a', 'b', 'c'].map((name) => mesh.holder(name));
    const cid = await fileIn(holders.map(({ store }) => store), 40 * MiB, 'several');
    await mesh.fetch(cid, holders);
    expect(holders.reduce((sum, { given }) => sum + given.length, 0)).toBeLessThanOrEqual(41 + 8);
    for (const { given } of holders) expect(given.length).toBeGreaterThan(2);
    expect(await mesh.store.has(cid)).toBe(true);
  });

  it('puts together what lies with different holders', async () => {
    const mesh = new TestMesh();
    const whole = createMemoryBlobStore();
    const cid = await fileIn([whole], 12 * MiB, 'parts');
    const leaves = ((await whole.links(cid)) ?? []).map((link) => link.cid);
    const holders = ['even', 'odd'].map((name) => mesh.holder(name));
    for (const { store } of holders) await store.putBlock(cid, (await whole.getBlock(cid)) as Uint8Array);
    for (const [at, leaf] of leaves.entries()) await holders[at % 2]?.store.putBlock(leaf, (await whole.getBlock(leaf)) as Uint8Array);
    await mesh.fetch(cid, holders);
    expect(await mesh.store.has(cid)).toBe(true);
  });

  it('keeps its stream for the next transfer, and notices when that has ended meanwhile', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    for (const seed of ['first', 'second', 'third']) await mesh.fetch(await fileIn([holder.store], 100_000, seed), [holder]);
    expect(mesh.opened).toBe(1);
    mesh.cut(holder);
    mesh.heal();
    await mesh.fetch(await fileIn([holder.store], 100_000, 'fourth'), [holder]);
    expect(mesh.opened).toBe(2);
  });

  it('fetches once what several ask for at the same time', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const cid = await fileIn([holder.store], 5 * MiB, 'shared');
    const gone = new AbortController();
    const leaving = Promise.allSettled([mesh.fetch(cid, [holder], { signal: gone.signal })]);
    const staying = [mesh.fetch(cid, [holder]), mesh.fetch(cid, [holder])];
    gone.abort(new Error('no longer'));
    expect((await leaving)[0]).toMatchObject({ status: 'rejected', reason: { message: 'no longer' } });
    await Promise.all(staying);
    expect(holder.given).toHaveLength(6);
    expect(await mesh.store.has(cid)).toBe(true);
  });

  it('brings a single block, and nothing below it', async () => {
    const mesh = new TestMesh();
    const holder = mesh.holder('holder');
    const { cid } = await holder.store.importDirectory([{ name: 'a', open: () => seededStream(2 * MiB, 'a') }]);
    const { signal } = new AbortController();
    await fetchBlock({ cid, from: [holder.network.peerId], store: mesh.store, network: mesh.fetcher, clock: mesh.clock, signal });
    expect(holder.given).toEqual([cid]);
    expect(await mesh.store.list(cid)).toMatchObject([{ name: 'a', bytes: 2 * MiB, here: false }]);
  });
});
