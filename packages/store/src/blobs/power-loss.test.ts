import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock, type BlobStore, type Cid } from '@shoal/runtime';
import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { gather, seededBytes, seededStream } from '../testing/content.ts';
import { expectBytes } from '../testing/expect-bytes.ts';
import { withDirectory } from '../testing/temporary.ts';
import { createBlobStore } from './blob-store.ts';

const MiB = 1024 * 1024;
const size = 6 * MiB;

async function opened(dir: string): Promise<BlobStore> {
  const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
  await store.start();
  return store;
}

async function put(store: BlobStore, from: BlobStore, cids: Cid[]): Promise<void> {
  for (const cid of cids) await store.putBlock(cid, (await from.getBlock(cid)) as Uint8Array);
}

describe('The store on disk after the machine went down', () => {
  it('does not believe that what was on its way reached the disk, and fetches what did not', () =>
    withDirectory(async (dir) => {
      const from = createMemoryBlobStore();
      const { cid } = await from.importFile(seededStream(size, 'lost'));
      const leaves = ((await from.links(cid)) ?? []).map((link) => link.cid);
      const before = await opened(dir);
      await before.expect(cid);
      await put(before, from, [cid, ...leaves.slice(0, 4)]);
      await before.stop();

      // The catalogue was written, and two of the leaves that it says are here were not.
      await truncate(join(dir, 'content', '1'), 2 * MiB);
      const catalogue = new DatabaseSync(join(dir, 'catalogue.sqlite'));
      catalogue.exec("UPDATE machine SET boot = 'the one before'");
      catalogue.close();

      const store = await opened(dir);
      expect(await store.getBlock(leaves[3] as Cid)).toBeUndefined();
      const lacking: Cid[] = [];
      for (const leaf of leaves) if (!(await store.hasBlock(leaf))) lacking.push(leaf);
      expect(lacking).toEqual(leaves.slice(2));
      await put(store, from, lacking);
      expect(await store.has(cid)).toBe(true);
      expectBytes(await gather(store.read(cid)), seededBytes(size, 'lost'));
      await store.stop();
    }));

  it('completes what lacked only the last word, once it has looked at it', () =>
    withDirectory(async (dir) => {
      const from = createMemoryBlobStore();
      const { cid } = await from.importFile(seededStream(size, 'lost'));
      const leaves = ((await from.links(cid)) ?? []).map((link) => link.cid);
      const before = await opened(dir);
      await put(before, from, [cid, ...leaves]);
      await before.stop();
      const catalogue = new DatabaseSync(join(dir, 'catalogue.sqlite'));
      catalogue.exec("UPDATE content SET state = 'arriving', stamp = NULL; UPDATE machine SET boot = 'the one before'");
      catalogue.close();
      const store = await opened(dir);
      expect(await store.has(cid)).toBe(true);
      await store.stop();
    }));
});
