import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { describe, expect, it } from 'vitest';
import type { BlobStore, Cid } from '@shoal/runtime';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes } from '../content.ts';
import { blockOf, directoryNode, documentOf, fileNode, type Block } from '../trees.ts';

const MiB = 1024 * 1024;

/** What a peer that means ill, or is broken, may send. */
export function hostileCases(make: MakeBlobStore): void {
  const refuses = (store: BlobStore, { cid, bytes }: Block, code: string): Promise<void> =>
    expect(store.putBlock(cid, bytes)).rejects.toMatchObject({ code });

  describe('blocks from others', () => {
    it('refuses bytes that have another hash', () =>
      withStore(make, async (store) => {
        for (const block of [blockOf('raw', seededBytes(MiB, 'raw')), fileNode([]), documentOf({ a: 1 })]) {
          const bytes = block.bytes.slice();
          bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
          await refuses(store, { cid: block.cid, bytes }, 'block-hash-mismatch');
          await refuses(store, { cid: block.cid, bytes: block.bytes.slice(1) }, 'block-hash-mismatch');
        }
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('refuses blocks that are too large before hashing them', () =>
      withStore(make, async (store) => {
        await refuses(store, blockOf('raw', new Uint8Array(2 * MiB + 1)), 'block-oversize');
        await refuses(store, blockOf('dag-cbor', new Uint8Array(MiB + 1)), 'block-oversize');
      }),
    );

    it.each([
      ['', 'cid-invalid'],
      ['no cid', 'cid-invalid'],
      ['QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn', 'cid-unsupported'],
      ['bafyaaiascw', 'cid-invalid'],
    ])('refuses the CID %j', (text, code) =>
      withStore(make, async (store) => {
        await refuses(store, { cid: text as Cid, bytes: new Uint8Array() }, code);
        await expect(store.stat(text as Cid)).rejects.toMatchObject({ code });
      }),
    );

    it('refuses nodes that make no sense', () =>
      withStore(make, async (store) => {
        const leaf = blockOf('raw', seededBytes(10, 'leaf'));
        const child = { cid: leaf.link, bytes: 10 };
        const pb = (unixfs: UnixFS): Block => blockOf('dag-pb', dagPb.encode(dagPb.prepare({ Data: unixfs.marshal(), Links: [] })));
        const senseless = [
          blockOf('dag-pb', seededBytes(100, 'noise')),
          blockOf('dag-pb', new Uint8Array()),
          fileNode([child], []),
          fileNode([child, child], [10]),
          fileNode([child], [0]),
          fileNode([{ cid: documentOf(1).link, bytes: 1 }]),
          fileNode([child], [3 * MiB]),
          pb(new UnixFS({ type: 'file', data: seededBytes(5, 'inline') })),
          pb(new UnixFS({ type: 'symlink', data: seededBytes(5, 'inline') })),
          pb(new UnixFS({ type: 'hamt-sharded-directory' })),
          directoryNode([{ name: '../../etc/passwd', ...child }]),
          directoryNode([{ name: '', ...child }]),
          directoryNode([{ name: 'twice', ...child }, { name: 'twice', ...child }]),
          blockOf('dag-cbor', new Uint8Array([0x9f])),
        ];
        for (const block of senseless) await refuses(store, block, 'block-malformed');
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('refuses a leaf or a node that is not as large as its file says', () =>
      withStore(make, async (store) => {
        const leaf = blockOf('raw', seededBytes(10, 'leaf'));
        const liar = fileNode([{ cid: leaf.link, bytes: 10 }], [7]);
        await store.putBlock(liar.cid, liar.bytes);
        await refuses(store, leaf, 'dag-inconsistent');
        const inner = fileNode([{ cid: blockOf('raw', seededBytes(5, 'other')).link, bytes: 5 }]);
        const outer = fileNode([{ cid: inner.link, bytes: 5 }], [6]);
        await store.putBlock(outer.cid, outer.bytes);
        await refuses(store, inner, 'dag-inconsistent');
        expect(await store.has(liar.cid)).toBe(false);
        expect(await store.has(outer.cid)).toBe(false);
      }),
    );

    it('does not let a file that says something false of a block keep it out of one that is right', () =>
      withStore(make, async (store) => {
        const leaf = blockOf('raw', seededBytes(10, 'leaf'));
        const inner = fileNode([{ cid: leaf.link, bytes: 10 }]);
        const put = ({ cid, bytes }: Block): Promise<void> => store.putBlock(cid, bytes);
        const liars = [fileNode([{ cid: leaf.link, bytes: 10 }], [7]), fileNode([{ cid: inner.link, bytes: 10 }], [9])];
        const honest = fileNode([{ cid: inner.link, bytes: 10 }]);
        // The liars come first, and their parts are refused on their account; or between the honest ones.
        for (const liar of liars) await put(liar);
        await refuses(store, leaf, 'dag-inconsistent');
        await refuses(store, inner, 'dag-inconsistent');
        const more = fileNode([{ cid: leaf.link, bytes: 10 }], [8]);
        for (const block of [honest, inner, more, leaf]) await put(block);
        expect(await store.has(honest.cid)).toBe(true);
        expect(await gather(store.read(honest.cid))).toEqual(leaf.bytes);
        for (const { cid } of [...liars, more]) expect(await store.has(cid)).toBe(false);
        // Now that it is known better, the same lie is refused at once.
        await refuses(store, fileNode([{ cid: leaf.link, bytes: 10 }], [6]), 'dag-inconsistent');
        await refuses(store, fileNode([{ cid: inner.link, bytes: 10 }], [6]), 'dag-inconsistent');
      }),
    );

    it('does not take a file in that claims a million parts, and takes its parts for what they are', () =>
      withStore(make, async (store) => {
        const leaf = blockOf('raw', new Uint8Array([1]));
        const times = (child: Block & { link: typeof leaf.link }, bytes: number, count: number): Block & { link: typeof leaf.link } =>
          fileNode(Array.from({ length: count }, () => ({ cid: child.link, bytes })));
        const inner = times(leaf, 1, 1000);
        const middle = times(inner, 1000, 1000);
        for (const block of [middle, inner, leaf]) await store.putBlock(block.cid, block.bytes);
        expect(await store.has(inner.cid)).toBe(true);
        expect(await gather(store.read(inner.cid))).toEqual(new Uint8Array(1000).fill(1));
        expect((await store.usage()).bytes).toBeLessThan(200_000);
      }),
    );

    it('stays quick over a DAG whose few blocks claim to be very many', () =>
      withStore(make, async (store) => {
        let child: Block & { link: ReturnType<typeof blockOf>['link'] } = directoryNode([]);
        for (let level = 0; level < 40; level += 1) {
          child = directoryNode([{ name: 'a', cid: child.link, bytes: 1 }, { name: 'b', cid: child.link, bytes: 1 }]);
          await store.putBlock(child.cid, child.bytes);
        }
        expect(await store.has(child.cid)).toBe(false);
        await store.pin(child.cid, 'me');
        expect(await store.collect()).toBe(0);
      }),
    );
  });
}
