import { silentLogger, systemClock } from '@shoal/runtime';
import { createBlobStore } from '../blobs/blob-store.ts';
import { seededStream } from './content.ts';

/**
 * Imports file after file, small and large, into the store named by its argument, and says which it
 * acknowledged, and when it is in the middle of one. It is there to be killed.
 */
const [dir, round] = process.argv.slice(2) as [string, string];
const store = createBlobStore({ dir, clock: systemClock, logger: silentLogger });
await store.start();
const MiB = 1024 * 1024;
for (let at = 0; ; at += 1) {
  const size = [10, 70_000, 3 * MiB + 5, MiB][at % 4] as number;
  const seed = `${round} ${at}`;
  const content = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of seededStream(size, seed, 100_000)) {
      process.stdout.write(`within ${at}\n`);
      yield piece;
    }
  };
  const { cid } = await store.importFile(content());
  process.stdout.write(`done ${cid} ${size} ${seed}\n`);
}
