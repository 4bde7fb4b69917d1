import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock, type BlobStore, type Cid } from '@shoal/runtime';
import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { startChild } from '../testing/child.ts';
import { gather, seededBytes, seededStream } from '../testing/content.ts';
import { expectBytes } from '../testing/expect-bytes.ts';
import { withDirectory } from '../testing/temporary.ts';
import { createBlobStore } from './blob-store.ts';

const MiB = 1024 * 1024;

async function reopened(dir: string): Promise<BlobStore> {
  const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
  await store.start();
  return store;
}

describe('The store on disk after kill -9', () => {
  it('has every import that it acknowledged, and nothing of the one it was in', () =>
    withDirectory(async (dir) => {
      // In the middle of a large file, of a small one, and right after an acknowledgement.
      for (const [round, moment] of ['within 2', 'within 6', 'done'].entries()) {
        const child = startChild('import-child.ts', dir, String(round));
        await child.line((line) => line.startsWith(moment));
        await child.kill();
        const store = await reopened(dir);
        const acknowledged = child.lines.filter((line) => line.startsWith('done')).map((line) => line.split(' '));
        let files = 0;
        for (const [, cid, size, ...seed] of acknowledged) {
          expectBytes(await gather(store.read(cid as Cid)), seededBytes(Number(size), seed.join(' ')));
          await store.pin(cid as Cid, 'test');
          if (Number(size) > 65_536) files += 1;
        }
        // At most the one import that was committed when the kill kept it from saying so.
        const left = (await readdir(join(dir, 'content'))).length;
        expect(left - files).toBeGreaterThanOrEqual(0);
        expect(left - files).toBeLessThanOrEqual(1);
        await store.collect();
        expect(await readdir(join(dir, 'content'))).toHaveLength(files);
        for (const { cid, owner } of await store.pins()) await store.unpin(cid, owner);
        await store.collect();
        expect(await store.usage()).toEqual({ bytes: 0, blocks: 0 });
        await store.stop();
      }
    }));

  it('goes on with a transfer at the block at which it was', () =>
    withDirectory(async (dir) => {
      const size = 12 * MiB + 1;
      const from = createMemoryBlobStore();
      const { cid } = await from.importFile(seededStream(size, 'arriving'));
      const child = startChild('arrive-child.ts', dir, String(size), 'arriving');
      let count = 0;
      await child.line((line) => line.startsWith('has') && (count += 1) > 6);
      await child.kill();
      const acknowledged = child.lines.map((line) => line.split(' ')[1] as Cid);
      const store = await reopened(dir);
      for (const block of acknowledged) expect(await store.hasBlock(block)).toBe(true);
      let fetched = 0;
      for (const { cid: leaf } of (await store.links(cid)) ?? []) {
        if (await store.hasBlock(leaf)) continue;
        await store.putBlock(leaf, (await from.getBlock(leaf)) as Uint8Array);
        fetched += 1;
      }
      expect(fetched).toBeLessThanOrEqual(14 - acknowledged.length);
      expect(await store.has(cid)).toBe(true);
      expectBytes(await gather(store.read(cid)), seededBytes(size, 'arriving'));
      await store.stop();
    }));
});
