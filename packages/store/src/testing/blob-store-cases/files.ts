import { describe, expect, it } from 'vitest';
import type { Cid } from '@shoal/runtime';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes, seededStream, streamOf } from '../content.ts';
import { expectBytes } from '../expect-bytes.ts';
import { directoryNode } from '../trees.ts';
import { fileVectors } from '../vectors.ts';

const MiB = 1024 * 1024;

export function fileCases(make: MakeBlobStore): void {
  describe('files', () => {
    it.each(fileVectors)('gives the published CID for $name', ({ content, cid }) =>
      withStore(make, async (store) => {
        const imported = await store.importFile(content());
        expect(imported.cid).toBe(cid);
        expect(await store.has(imported.cid)).toBe(true);
        expect(await store.stat(imported.cid)).toEqual({ cid, kind: 'file', bytes: imported.bytes, bytesHere: imported.bytes });
      }),
    );

    it('gives the content back, whole and in parts', () =>
      withStore(make, async (store) => {
        const content = seededBytes(3 * MiB + 777, 'parts');
        const { cid, bytes } = await store.importFile(seededStream(content.length, 'parts', 300_001));
        expect(bytes).toBe(content.length);
        expectBytes(await gather(store.read(cid)), content);
        for (const [offset, length] of [[0, 10], [MiB - 5, 10], [MiB, MiB], [MiB - 1, 2 * MiB + 2], [content.length - 3, 100]] as const) {
          const part = content.slice(offset, offset + length);
          expectBytes(await store.readAt(cid, offset, length), part);
          expectBytes(await gather(store.read(cid, { offset, length })), part);
        }
        expectBytes(await store.readAt(cid, content.length + 5, 10), new Uint8Array());
        expectBytes(await gather(store.read(cid, { offset: content.length })), new Uint8Array());
      }),
    );

    it.each([1, 65_536, 65_537, 200_000])('keeps a file of %i bytes, which is one block', (size) =>
      withStore(make, async (store) => {
        const content = seededBytes(size, 'one block');
        const { cid } = await store.importFile(streamOf(content));
        expectBytes(await gather(store.read(cid)), content);
        expectBytes(await store.getBlock(cid), content);
        expect(await store.links(cid)).toEqual([]);
        expect(await store.usage()).toEqual({ bytes: size, blocks: 1 });
      }),
    );

    it('keeps the same content once', () =>
      withStore(make, async (store) => {
        const first = await store.importFile(seededStream(2 * MiB, 'twice'));
        const usage = await store.usage();
        expect(await store.importFile(seededStream(2 * MiB, 'twice', 99_999))).toEqual(first);
        expect(await store.usage()).toEqual(usage);
        expectBytes(await gather(store.read(first.cid)), seededBytes(2 * MiB, 'twice'));
      }),
    );

    it('leaves nothing of an import that is aborted, even while its source hangs', () =>
      withStore(make, async (store) => {
        const abort = new AbortController();
        const hanging = async function* (): AsyncGenerator<Uint8Array> {
          yield seededBytes(2 * MiB, 'aborted');
          abort.abort(new Error('enough'));
          await new Promise(() => {});
        };
        await expect(store.importFile(hanging(), { signal: abort.signal })).rejects.toThrow('enough');
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('leaves nothing of an import whose source fails', () =>
      withStore(make, async (store) => {
        const failing = async function* (): AsyncGenerator<Uint8Array> {
          yield seededBytes(MiB + 5, 'failing');
          throw new Error('the source broke');
        };
        await expect(store.importFile(failing())).rejects.toThrow('the source broke');
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('says what is missing, and what is not a file', () =>
      withStore(make, async (store) => {
        const absent = fileVectors[3]?.cid as Cid;
        expect(await store.stat(absent)).toBeUndefined();
        expect(await store.has(absent)).toBe(false);
        await expect(store.readAt(absent, 0, 1)).rejects.toMatchObject({ code: 'blob-missing' });
        await expect(gather(store.read(absent))).rejects.toMatchObject({ code: 'blob-missing' });
        const directory = directoryNode([]);
        await store.putBlock(directory.cid, directory.bytes);
        await expect(store.readAt(directory.cid, 0, 1)).rejects.toMatchObject({ code: 'blob-not-file' });
        await expect(gather(store.read(directory.cid))).rejects.toMatchObject({ code: 'blob-not-file' });
      }),
    );
  });
}
