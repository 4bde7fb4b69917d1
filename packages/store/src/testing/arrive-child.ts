import { createMemoryBlobStore } from '../memory/blob-store.ts';
import { silentLogger, systemClock, type Cid } from '@shoal/runtime';
import { createBlobStore } from '../blobs/blob-store.ts';
import { seededStream } from './content.ts';

/** Takes a file in block by block, and says which blocks it acknowledged. It is there to be killed. */
const [dir, size, seed] = process.argv.slice(2) as [string, string, string];
const from = createMemoryBlobStore();
const { cid } = await from.importFile(seededStream(Number(size), seed));
const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
await store.start();
await store.expect(cid);
const pending: Cid[] = [cid];
for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
  await store.putBlock(next, (await from.getBlock(next)) as Uint8Array);
  process.stdout.write(`has ${next}\n`);
  pending.push(...((await store.links(next)) ?? []).map((link) => link.cid));
}
setInterval(() => store, 60_000);
