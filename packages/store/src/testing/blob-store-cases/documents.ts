import * as dagCbor from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes, streamOf } from '../content.ts';
import { expectBytes } from '../expect-bytes.ts';
import { documentOf, linkTo } from '../trees.ts';

export function documentCases(make: MakeBlobStore): void {
  describe('documents', () => {
    it('keeps one and gives it back', () =>
      withStore(make, async (store) => {
        const { cid, bytes } = documentOf({ hello: 'world', list: [1, 2, 3] });
        expect(await store.putDocument(bytes)).toBe(cid);
        expectBytes(await store.getBlock(cid), bytes);
        expectBytes(await gather(store.read(cid)), bytes);
        expectBytes(await store.readAt(cid, 1, 3), bytes.slice(1, 4));
        expect(await store.stat(cid)).toEqual({ cid, kind: 'document', bytes: bytes.length, bytesHere: bytes.length });
      }),
    );

    it('counts what it links to its DAG, and not what it names as text', () =>
      withStore(make, async (store) => {
        const linked = await store.importFile(streamOf(seededBytes(1000, 'linked')));
        const absent = documentOf('absent');
        const { cid, bytes } = documentOf({ linked: linkTo(linked.cid), named: absent.cid });
        await store.putDocument(bytes);
        expect(await store.links(cid)).toEqual([{ cid: linked.cid, bytes: 1000 }]);
        expect(await store.has(cid)).toBe(true);
        const incomplete = documentOf([linkTo(linked.cid), { deep: [linkTo(absent.cid)] }]);
        await store.putDocument(incomplete.bytes);
        expect(await store.has(incomplete.cid)).toBe(false);
        expect(await store.links(incomplete.cid)).toEqual([{ cid: linked.cid, bytes: 1000 }, { cid: absent.cid, bytes: 0 }]);
      }),
    );

    it('refuses what is no document', () =>
      withStore(make, async (store) => {
        await expect(store.putDocument(new Uint8Array([0xff, 0x01]))).rejects.toMatchObject({ code: 'block-malformed' });
        const nested = new Uint8Array(900_000).fill(0x81);
        await expect(store.putDocument(nested)).rejects.toMatchObject({ code: 'block-malformed' });
        const large = dagCbor.encode(new Uint8Array(1024 * 1024));
        await expect(store.putDocument(large)).rejects.toMatchObject({ code: 'block-oversize' });
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );
  });
}
