import { execFileSync } from 'node:child_process';
import { open, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger, systemClock, type BlobStore, type Cid } from '@shoal/runtime';
import { storeLimits } from '../limits.ts';
import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { gather, seededBytes, seededStream, streamOf } from '../testing/content.ts';
import { expectBytes } from '../testing/expect-bytes.ts';
import { withDirectory } from '../testing/temporary.ts';
import { createBlobStore } from './blob-store.ts';

const MiB = 1024 * 1024;
const size = 4 * MiB + 100;

async function opened(dir: string, lines: string[] = []): Promise<BlobStore> {
  const logger = createLogger({ level: 'warn', json: false, write: (line) => lines.push(line) });
  const store = createBlobStore({ dir, clock: systemClock, logger });
  await store.start();
  return store;
}

/** A store with one file, whose flat file is then tampered with while the store is stopped. */
async function afterTampering(dir: string, tamper: (path: string) => Promise<void>, lines: string[]): Promise<{ store: BlobStore; cid: Cid }> {
  const before = await opened(dir);
  const { cid } = await before.importFile(seededStream(size, 'harmed'), { owner: 'test' });
  await before.stop();
  const [name] = await readdir(join(dir, 'content'));
  await tamper(join(dir, 'content', name as string));
  return { store: await opened(dir, lines), cid };
}

/** Changes a byte, and leaves a time of change behind that shows it; a rotting disk does not. */
async function flipByte(path: string, offset: number, rot = false): Promise<void> {
  const reference = `${path}.reference`;
  if (rot) execFileSync('touch', ['-r', path, reference]);
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, offset);
  await file.write(Buffer.from([(buffer[0] as number) ^ 1]), 0, 1, offset);
  await file.close();
  if (rot) execFileSync('touch', ['-r', reference, path]);
  else execFileSync('touch', [path]);
  await rm(reference, { force: true });
}

async function repair(store: BlobStore, cid: Cid): Promise<number> {
  const from = createMemoryBlobStore();
  await from.importFile(seededStream(size, 'harmed'));
  let fetched = 0;
  for (const { cid: leaf } of (await store.links(cid)) ?? []) {
    if (await store.hasBlock(leaf)) continue;
    await store.putBlock(leaf, (await from.getBlock(leaf)) as Uint8Array);
    fetched += 1;
  }
  return fetched;
}

describe('The store on disk, harmed', () => {
  it.each([
    ['a byte was changed', (path: string) => flipByte(path, 2 * MiB + 7), 1],
    ['the file was cut', (path: string) => truncate(path, 3 * MiB), 2],
    ['the file is gone', (path: string) => rm(path), 5],
  ])('counts damaged blocks as missing, says so, and takes them again: %s', (_how, tamper, damaged) =>
    withDirectory(async (dir) => {
      const lines: string[] = [];
      const { store, cid } = await afterTampering(dir, tamper, lines);
      await expect(gather(store.read(cid))).rejects.toMatchObject({ code: 'blob-missing' });
      expect(await store.has(cid)).toBe(false);
      expect(lines.join('\n')).toContain(`blocks=${damaged}`);
      expect(await repair(store, cid)).toBe(damaged);
      expect(await store.has(cid)).toBe(true);
      expectBytes(await gather(store.read(cid)), seededBytes(size, 'harmed'));
      await store.stop();
    }),
  );

  it('never gives a damaged block to others, even when it is damaged while the file is open', () =>
    withDirectory(async (dir) => {
      const lines: string[] = [];
      const store = await opened(dir, lines);
      const { cid } = await store.importFile(seededStream(size, 'harmed'));
      const leaves = (await store.links(cid)) ?? [];
      const third = leaves[2]?.cid as Cid;
      expect(await store.getBlock(third)).toHaveLength(MiB);
      await flipByte(join(dir, 'content', '1'), 2 * MiB + 7);
      expect(await store.getBlock(third)).toBeUndefined();
      expect(await store.hasBlock(third)).toBe(false);
      expect(await store.has(cid)).toBe(false);
      expect(await store.getBlock(leaves[1]?.cid as Cid)).toHaveLength(MiB);
      expect(lines.join('\n')).toContain(third);
      expect(await repair(store, cid)).toBe(1);
      expect(await store.has(cid)).toBe(true);
      await store.stop();
    }));

  it('finds bits that rotted by sampling what it gives to others', () =>
    withDirectory(async (dir) => {
      const store = await opened(dir);
      const { cid } = await store.importFile(seededStream(size, 'harmed'));
      const third = ((await store.links(cid)) ?? [])[2]?.cid as Cid;
      await flipByte(join(dir, 'content', '1'), 2 * MiB + 7, true);
      let given = 0;
      while ((await store.getBlock(third)) !== undefined && given <= storeLimits.servedPerSample) given += 1;
      expect(given).toBeLessThan(storeLimits.servedPerSample);
      expect(await store.hasBlock(third)).toBe(false);
      await store.stop();
    }));

  it('does not check again what is as it was left', () =>
    withDirectory(async (dir) => {
      const lines: string[] = [];
      const { store, cid } = await afterTampering(dir, async () => {}, lines);
      expectBytes(await store.readAt(cid, MiB, 10), seededBytes(size, 'harmed').slice(MiB, MiB + 10));
      expect(lines).toEqual([]);
      await store.stop();
    }));

  it('says so when the disk is full, leaves nothing behind, and goes on when there is room', () =>
    withDirectory(async (dir) => {
      const store = await opened(dir);
      // The next flat file lies on a device that is always full.
      await symlink('/dev/full', join(dir, 'content', '1'));
      await expect(store.importFile(seededStream(size, 'full'))).rejects.toMatchObject({ code: 'disk-full' });
      expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      expect(await readdir(join(dir, 'content'))).toEqual([]);
      const { cid } = await store.importFile(seededStream(size, 'full'));
      expect(await store.has(cid)).toBe(true);
      await store.stop();
    }));

  it('refuses a damaged catalogue with what to do', () =>
    withDirectory(async (dir) => {
      const store = await opened(dir);
      await store.importFile(streamOf('something'));
      await store.stop();
      await truncate(join(dir, 'catalogue.sqlite'), 5000);
      await expect(opened(dir)).rejects.toMatchObject({ code: 'store-damaged', hint: expect.stringContaining('.recover') });
    }));

  it('refuses work while it is not running, and ends what is under way when it stops', () =>
    withDirectory(async (dir) => {
      const store = await opened(dir);
      const hanging = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(2 * MiB);
        await new Promise(() => {});
      };
      const importing = Promise.allSettled([store.importFile(hanging())]);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      await store.stop();
      expect((await importing)[0]).toMatchObject({ status: 'rejected', reason: { code: 'store-stopped' } });
      await store.stop();
      await expect(store.usage()).rejects.toMatchObject({ code: 'store-stopped' });
      expect(await readdir(join(dir, 'content'))).toEqual([]);
      await store.start();
      expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
      await store.stop();
    }));
});
