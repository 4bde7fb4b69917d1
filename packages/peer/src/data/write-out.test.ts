import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock, type BlobStore, type Cid } from '@shoal/runtime';
import { createBlobStore, createMemoryBlobStore } from '@shoal/store';
import { seededBytes } from '@shoal/store/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeOut } from './write-out.ts';

const files = { large: seededBytes(3_000_000, 'large'), small: seededBytes(100, 'small'), empty: new Uint8Array() };
const { signal } = new AbortController();
let room: string;
let stores: BlobStore[];

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'shoal-write-out-'));
  await mkdir(join(room, 'store'));
  stores = [createBlobStore({ dir: join(room, 'store'), clock: systemClock, logger: silentLogger }), createMemoryBlobStore()];
  for (const store of stores) await store.start();
});
afterEach(async () => {
  for (const store of stores) await store.stop();
  await rm(room, { recursive: true, force: true });
});

const sources = () => Object.entries(files).map(([name, bytes]) => ({ name, open: async function* () { yield bytes; } }));

it('writes a folder, and a file alone, as they were, readable like other files of this user', async () => {
  await writeFile(join(room, 'plain'), 'x');
  const { mode } = await stat(join(room, 'plain'));
  for (const [i, store] of stores.entries()) {
    const { cid } = await store.importDirectory(sources());
    const to = join(room, `copy-${i}`);
    expect(await writeOut(store, cid, to, signal)).toBe(3_000_100);
    expect((await readdir(to)).sort()).toEqual(['empty', 'large', 'small']);
    for (const [name, bytes] of Object.entries(files)) {
      expect(Buffer.compare(await readFile(join(to, name)), bytes)).toBe(0);
      expect((await stat(join(to, name))).mode).toBe(mode);
    }
    const large = (await store.list(cid)).find(({ name }) => name === 'large')?.cid as Cid;
    await writeOut(store, large, join(room, `alone-${i}`), signal);
    expect(Buffer.compare(await readFile(join(room, `alone-${i}`)), files.large)).toBe(0);
    await writeOut(store, large, join(room, `alone-${i}`), signal); // over an older one
  }
});

it('is a copy: what is written to it does not reach the store', async () => {
  const [store] = stores as [BlobStore];
  const { cid } = await store.importFile((async function* () { yield files.large; })());
  await writeOut(store, cid, join(room, 'copy'), signal);
  await writeFile(join(room, 'copy'), 'changed', { flag: 'r+' });
  expect(Buffer.compare(await store.readAt(cid, 0, files.large.length), files.large)).toBe(0);
});

it('leaves nothing by halves when it is called off', async () => {
  for (const store of stores) {
    const { cid } = await store.importFile((async function* () { yield files.large; })());
    await expect(writeOut(store, cid, join(room, 'half'), AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect((await readdir(room)).filter((name) => name.startsWith('half'))).toEqual([]);
  }
});
