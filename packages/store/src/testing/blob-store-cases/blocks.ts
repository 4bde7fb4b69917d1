import { describe, expect, it } from 'vitest';
import type { BlobStore, Cid, FileSource } from '@shoal/runtime';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes, seededStream, streamOf } from '../content.ts';
import { expectBytes } from '../expect-bytes.ts';
import { directoryNode, linkTo, smallTree, type Block } from '../trees.ts';

const MiB = 1024 * 1024;

/** Copies what is missing from one store to another, as a transfer does; returns the blocks moved. */
async function copy(root: Cid, from: BlobStore, to: BlobStore, most = Number.POSITIVE_INFINITY): Promise<number> {
  await to.expect(root);
  let moved = 0;
  const pending = [root];
  for (let cid = pending.shift(); cid !== undefined && moved < most; cid = pending.shift()) {
    if (!(await to.hasBlock(cid))) {
      await to.putBlock(cid, (await from.getBlock(cid)) as Uint8Array);
      moved += 1;
    }
    pending.push(...((await to.links(cid)) ?? []).map((link) => link.cid));
  }
  return moved;
}

async function putAll(store: BlobStore, blocks: Block[]): Promise<void> {
  for (const { cid, bytes } of blocks) await store.putBlock(cid, bytes);
}

export function blockCases(make: MakeBlobStore): void {
  describe('block exchange', () => {
    it('takes a file block by block, and goes on where it stopped', () =>
      withStore(make, (from) =>
        withStore(make, async (to) => {
          const { cid, bytes } = await from.importFile(seededStream(4 * MiB + 9, 'moved'));
          expect(await copy(cid, from, to, 3)).toBe(3);
          expect(await to.has(cid)).toBe(false);
          expect(await to.stat(cid)).toEqual({ cid, kind: 'file', bytes, bytesHere: 2 * MiB });
          expectBytes(await to.readAt(cid, MiB, 100), seededBytes(4 * MiB + 9, 'moved').slice(MiB, MiB + 100));
          await expect(to.readAt(cid, 3 * MiB, 1)).rejects.toMatchObject({ code: 'blob-missing' });
          await expect(to.readAt(cid, 2 * MiB - 1, 2)).rejects.toMatchObject({ code: 'blob-missing' });
          expect(await copy(cid, from, to)).toBe(3);
          expect(await to.has(cid)).toBe(true);
          expectBytes(await gather(to.read(cid)), seededBytes(bytes, 'moved'));
          expect(await copy(cid, from, to)).toBe(0);
          expect(await to.usage()).toEqual(await from.usage());
        }),
      ),
    );

    it('takes a directory with files of every size', () =>
      withStore(make, (from) =>
        withStore(make, async (to) => {
          const sizes = [0, 1, 70_000, MiB, MiB + 1, 2 * MiB + 70_000];
          const sources = sizes.map((size): FileSource => ({ name: `f${size}`, open: () => seededStream(size, `f${size}`) }));
          const { cid } = await from.importDirectory(sources);
          await copy(cid, from, to);
          expect(await to.has(cid)).toBe(true);
          expect(await to.list(cid)).toEqual(await from.list(cid));
          expect(await to.stat(cid)).toEqual(await from.stat(cid));
          for (const entry of await to.list(cid)) expectBytes(await gather(to.read(entry.cid)), seededBytes(entry.bytes, entry.name));
        }),
      ),
    );

    it.each(['parents first', 'children first', 'shuffled'])('takes other layouts, several levels deep, %s', (order) =>
      withStore(make, async (store) => {
        const content = seededBytes(1000, 'deep');
        const blocks = smallTree(content, 10, 3);
        const root = blocks[0]?.cid as Cid;
        if (order === 'children first') blocks.reverse();
        if (order === 'shuffled') blocks.sort((a, b) => (a.cid.slice(-9) < b.cid.slice(-9) ? -1 : 1));
        await store.expect(root);
        // Blocks that came before their parents may be wanted again in their new place.
        for (let round = 0; round < 10 && !(await store.has(root)); round += 1) {
          for (const block of blocks) if (!(await store.hasBlock(block.cid))) await store.putBlock(block.cid, block.bytes);
        }
        expect(await store.has(root)).toBe(true);
        expectBytes(await gather(store.read(root)), content);
        expect(await store.stat(root)).toEqual({ cid: root, kind: 'file', bytes: 1000, bytesHere: 1000 });
      }),
    );

    it('takes a block once for all the places in which it occurs', () =>
      withStore(make, async (store) => {
        const zeros = new Uint8Array(1000);
        const blocks = smallTree(zeros, 10, 4);
        expect(blocks.length).toBeLessThan(20);
        await putAll(store, blocks);
        expectBytes(await gather(store.read(blocks[0]?.cid as Cid)), zeros);
      }),
    );

    it('takes the same block from several sides at once', () =>
      withStore(make, async (store) => {
        const blocks = smallTree(seededBytes(200_000, 'many sides'), 70_000, 4);
        const [root, ...leaves] = blocks as [Block, ...Block[]];
        await store.putBlock(root.cid, root.bytes);
        await Promise.all([...leaves, ...leaves, ...leaves].map(({ cid, bytes }) => store.putBlock(cid, bytes)));
        expect(await store.has(root.cid)).toBe(true);
        expect((await store.stat(root.cid))?.bytesHere).toBe(200_000);
        expectBytes(await gather(store.read(root.cid)), seededBytes(200_000, 'many sides'));
      }),
    );

    it('knows the parts of a file as files of their own', () =>
      withStore(make, async (store) => {
        const content = seededBytes(90, 'parts');
        const blocks = smallTree(content, 10, 3);
        await putAll(store, blocks);
        const part = ((await store.links(blocks[0]?.cid as Cid)) ?? [])[1]?.cid as Cid;
        expect(await store.has(part)).toBe(true);
        expect(await store.stat(part)).toEqual({ cid: part, kind: 'file', bytes: 30, bytesHere: 30 });
        expectBytes(await gather(store.read(part)), content.slice(30, 60));
      }),
    );

    it('uses what lies in another file', () =>
      withStore(make, async (store) => {
        const content = seededBytes(3 * MiB, 'shared');
        const whole = await store.importFile(streamOf(content));
        const leaves = (await store.links(whole.cid)) ?? [];
        const other = smallTree(content.slice(MiB), MiB, 10);
        await store.putBlock(other[0]?.cid as Cid, other[0]?.bytes as Uint8Array);
        expect(await store.hasBlock(leaves[1]?.cid as Cid)).toBe(true);
        expect(await store.has(other[0]?.cid as Cid)).toBe(true);
        expectBytes(await gather(store.read(other[0]?.cid as Cid)), content.slice(MiB));
      }),
    );

    it('lists a directory of which only the node is here, with exact sizes', () =>
      withStore(make, (from) =>
        withStore(make, async (to) => {
          const sizes = [0, MiB, 3 * MiB + 1, 5];
          const { cid } = await from.importDirectory(sizes.map((size, at) => ({ name: `f${at}`, open: () => seededStream(size, 'f') })));
          await to.putBlock(cid, (await from.getBlock(cid)) as Uint8Array);
          expect((await to.list(cid)).map(({ bytes, here }) => ({ bytes, here }))).toEqual(sizes.map((bytes) => ({ bytes, here: false })));
          expect(await to.links(cid)).toEqual((await from.list(cid)).map(({ cid, bytes }) => ({ cid, bytes })));
        }),
      ),
    );

    it('knows directories within directories', () =>
      withStore(make, async (store) => {
        const { cid, bytes } = await store.importFile(streamOf('inner'));
        const inner = directoryNode([{ name: 'file', cid: linkTo(cid), bytes }]);
        const outer = directoryNode([{ name: 'inner', cid: inner.link, bytes: 100 }]);
        await putAll(store, [outer, inner]);
        expect(await store.stat(outer.cid)).toEqual({ cid: outer.cid, kind: 'directory', bytes: 5, bytesHere: 5 });
        expect(await store.has(outer.cid)).toBe(true);
      }),
    );
  });
}
