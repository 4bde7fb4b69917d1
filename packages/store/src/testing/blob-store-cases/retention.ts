import { describe, expect, it } from 'vitest';
import { systemClock, type Cid, type Clock } from '@shoal/runtime';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes, seededStream, streamOf } from '../content.ts';
import { expectBytes } from '../expect-bytes.ts';
import { documentOf, linkTo, smallTree, type Block } from '../trees.ts';

const MiB = 1024 * 1024;

export function retentionCases(make: MakeBlobStore): void {
  describe('retention', () => {
    it('frees what no pin reaches, and nothing else', () =>
      withStore(make, async (store) => {
        const kept = await store.importFile(seededStream(2 * MiB + 1, 'kept'), { owner: 'job' });
        const small = await store.importFile(streamOf('small'));
        const held = documentOf({ small: linkTo(small.cid) });
        await store.putDocument(held.bytes, { owner: 'list' });
        const directory = await store.importDirectory([{ name: 'a', open: () => seededStream(MiB + 1, 'a') }], { owner: 'data' });
        const usage = await store.usage();
        const lost = await store.importFile(seededStream(3 * MiB, 'lost'));
        await store.putDocument(documentOf('lost').bytes);
        const before = await store.usage();
        expect(await store.collect()).toBe(before.bytes - usage.bytes);
        expect(await store.usage()).toEqual(usage);
        expect(await store.stat(lost.cid)).toBeUndefined();
        for (const { cid } of [kept, small, held, directory]) expect(await store.has(cid)).toBe(true);
        expectBytes(await gather(store.read(kept.cid)), seededBytes(2 * MiB + 1, 'kept'));
        expect(await store.collect()).toBe(0);
      }),
    );

    it('keeps a blob for each of its owners', () =>
      withStore(make, async (store) => {
        const { cid } = await store.importFile(seededStream(MiB + 1, 'owned'), { owner: 'first' });
        await store.pin(cid, 'second');
        await store.pin(cid, 'second');
        expect(await store.pins()).toEqual(expect.arrayContaining([{ cid, owner: 'first' }, { cid, owner: 'second' }]));
        await store.unpin(cid, 'first');
        await store.collect();
        expect(await store.has(cid)).toBe(true);
        await store.unpin(cid, 'second');
        expect(await store.pins()).toEqual([]);
        expect(await store.collect()).toBeGreaterThan(MiB);
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('keeps content that a kept file shares with a freed one', () =>
      withStore(make, async (store) => {
        const content = seededBytes(600, 'shared');
        const whole = smallTree(content, 10, 3);
        const part = smallTree(content.slice(0, 90), 10, 3);
        for (const { cid, bytes } of [...whole, ...part]) await store.putBlock(cid, bytes);
        const root = part[0]?.cid as Cid;
        await store.pin(root, 'part');
        await store.collect();
        expect(await store.has(root)).toBe(true);
        expectBytes(await gather(store.read(root)), content.slice(0, 90));
      }),
    );

    it('keeps what is expected while it arrives, for a time', () => {
      let now = 0;
      const clock: Clock = { now: () => now, monotonic: () => now, setTimer: () => () => {}, soon: systemClock.soon };
      return withStore(
        make,
        async (store) => {
          const blocks = smallTree(seededBytes(300_000, 'expected'), 70_000, 4);
          const [root, first] = blocks as [Block, Block];
          await store.expect(root.cid);
          await store.putBlock(root.cid, root.bytes);
          await store.putBlock(first.cid, first.bytes);
          expect(await store.collect()).toBe(0);
          expect(await store.hasBlock(first.cid)).toBe(true);
          now = 24 * 60 * 60 * 1000 + 1;
          expect(await store.collect()).toBe(root.bytes.length + first.bytes.length);
          expect(await store.hasBlock(root.cid)).toBe(false);
        },
        { clock },
      );
    });

    it('refuses what is beyond its quota, and goes on', () =>
      withStore(
        make,
        async (store) => {
          const { cid } = await store.importFile(seededStream(MiB, 'first'));
          await expect(store.importFile(seededStream(3 * MiB, 'second'))).rejects.toMatchObject({ code: 'quota-exceeded' });
          await expect(store.putBlock(...blockOfSize(2 * MiB))).rejects.toMatchObject({ code: 'quota-exceeded' });
          expect(await store.usage()).toEqual({ bytes: MiB, blocks: 1 });
          await store.importFile(seededStream(MiB, 'third'));
          await store.pin(cid, 'me');
          await store.collect();
          await store.importFile(seededStream(MiB, 'fourth'));
          expect(await store.usage()).toEqual({ bytes: 2 * MiB, blocks: 2 });
        },
        { quotaBytes: 2 * MiB + 1000 },
      ),
    );

    it('refuses owners that are none', () =>
      withStore(make, async (store) => {
        const { cid } = await store.importFile(streamOf('x'));
        await expect(store.pin(cid, '')).rejects.toMatchObject({ code: 'pin-invalid' });
        await expect(store.pin(cid, 'x'.repeat(257))).rejects.toMatchObject({ code: 'pin-invalid' });
      }),
    );
  });
}

function blockOfSize(size: number): [Cid, Uint8Array] {
  const [block] = smallTree(seededBytes(size, 'block'), size, 2) as [Block];
  return [block.cid, block.bytes];
}
