import { describe, expect, it } from 'vitest';
import type { FileSource } from '@shoal/runtime';
import { withStore, type MakeBlobStore } from '../blob-store-fixture.ts';
import { gather, seededBytes, seededNames, seededStream, streamOf } from '../content.ts';
import { expectBytes } from '../expect-bytes.ts';
import { emptyDirectoryCid, fileVectors, largeDirectoryVector } from '../vectors.ts';
import type { Cid } from '@shoal/runtime';

const MiB = 1024 * 1024;
const sizes: Record<string, number> = { 'large.bin': 2 * MiB + 3, 'middle.bin': 100_000, 'small.txt': 12, 'zero.txt': 0 };

function sources(kept: (name: string) => boolean): FileSource[] {
  return Object.entries(sizes).map(([name, size]) => ({ name, open: () => seededStream(size, name), keep: kept(name) }));
}

export function directoryCases(make: MakeBlobStore): void {
  describe('directories', () => {
    it('gives the published CID of the empty directory', () =>
      withStore(make, async (store) => {
        expect(await store.importDirectory([])).toEqual({ cid: emptyDirectoryCid, bytes: 0 });
        expect(await store.list(emptyDirectoryCid as Cid)).toEqual([]);
        expect(await store.has(emptyDirectoryCid as Cid)).toBe(true);
      }),
    );

    it('has the same CID whichever files are kept, and says which are here', () =>
      withStore(make, async (store) => {
        const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
        const progress: number[] = [];
        const some = await store.importDirectory(sources((name) => name === 'middle.bin'), { onProgress: (bytes) => progress.push(bytes) });
        expect(some.bytes).toBe(total);
        expect(progress.at(-1)).toBe(total);
        expect(await store.has(some.cid)).toBe(false);
        expect(await store.stat(some.cid)).toEqual({ cid: some.cid, kind: 'directory', bytes: total, bytesHere: 100_000 });
        const entries = await store.list(some.cid);
        expect(entries.map(({ name, bytes, here }) => ({ name, bytes, here }))).toEqual(
          Object.entries(sizes).map(([name, bytes]) => ({ name, bytes, here: name === 'middle.bin' })),
        );

        expect(await store.importDirectory(sources(() => true))).toEqual(some);
        expect(await store.has(some.cid)).toBe(true);
        for (const { name, cid, here } of await store.list(some.cid)) {
          expect(here).toBe(true);
          expectBytes(await gather(store.read(cid)), seededBytes(sizes[name] as number, name));
        }
      }),
    );

    it('is as large as one node may be in other tools, and no larger', () =>
      withStore(make, async (store) => {
        const { files, nameLength, lastNameLength, seed, cid } = largeDirectoryVector;
        const withNames = (names: string[]): FileSource[] => names.map((name) => ({ name, open: () => streamOf('x'), keep: name === names[0] }));
        expect((await store.importDirectory(withNames(seededNames(files, nameLength, lastNameLength, seed)))).cid).toBe(cid);
        const tooMany = withNames(seededNames(files, nameLength, lastNameLength + 1, seed));
        await expect(store.importDirectory(tooMany)).rejects.toMatchObject({ code: 'directory-invalid' });
      }),
    );

    it.each(['', '.', '..', 'a/b', 'a\\b', 'a\u0000b', 'x'.repeat(256)])('refuses the name %j', (name) =>
      withStore(make, async (store) => {
        await expect(store.importDirectory([{ name, open: () => streamOf('x') }])).rejects.toMatchObject({ code: 'directory-invalid' });
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('refuses the same name twice, and leaves nothing behind', () =>
      withStore(make, async (store) => {
        const source = (): FileSource => ({ name: 'same', open: () => seededStream(MiB + 1, 'same') });
        await expect(store.importDirectory([source(), source()])).rejects.toMatchObject({ code: 'directory-invalid' });
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      }),
    );

    it('lists only directories that are here', () =>
      withStore(make, async (store) => {
        await expect(store.list(emptyDirectoryCid as Cid)).rejects.toMatchObject({ code: 'blob-missing' });
        const { cid } = await store.importFile(seededStream(MiB + 1, 'chunk-v1-seed'));
        expect(cid).toBe(fileVectors[3]?.cid);
        await expect(store.list(cid)).rejects.toMatchObject({ code: 'blob-not-directory' });
      }),
    );
  });
}
