import { randomFillSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer, type PeerOptions } from '@shoal/peer';
import { afterAll, beforeAll, expect, it } from 'vitest';

const bytes = 3 * 1_048_576;
const cap = 1_048_576;
/** The burst after a pause is a tenth of a second's worth, and the first of the bytes are paid for afterwards. */
const leastMs = ((bytes - cap * 0.2) / cap) * 1_000;

let dir = '';
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'shoal-caps-'))));
afterAll(async () => rm(dir, { recursive: true, force: true }));

/** From one real peer to another: how long the data took, whole and right. */
async function timeOf(name: string, ofHolder: PeerOptions, ofFetcher: PeerOptions): Promise<number> {
  const path = join(dir, name);
  const content = randomFillSync(Buffer.alloc(bytes));
  await writeFile(path, content);
  await using holder = await createPeer({ mesh: `caps-${name}`, slots: 0, dataDir: join(dir, `${name}-holder`), ...ofHolder });
  await using fetcher = await createPeer({ mesh: `caps-${name}`, slots: 0, dataDir: join(dir, `${name}-fetcher`), bootstrap: holder.addresses(), ...ofFetcher });
  const { cid } = await holder.data.add(path);
  await fetcher.ready();
  const begin = performance.now();
  await fetcher.data.get(cid, join(dir, `${name}-copy`));
  const took = performance.now() - begin;
  expect((await readFile(join(dir, `${name}-copy`, name))).equals(content)).toBe(true);
  return took;
}

it('a peer sends no faster than its owner lets it, and as fast', async () => {
  const took = await timeOf('upload', { maxUploadBytesPerSecond: cap }, {});
  expect(took).toBeGreaterThan(leastMs);
  expect(took).toBeLessThan(leastMs * 4); // on a busy machine
}, 60_000);

it('a peer fetches no faster than its owner lets it, and as fast', async () => {
  const took = await timeOf('download', {}, { maxDownloadBytesPerSecond: cap });
  expect(took).toBeGreaterThan(leastMs);
  expect(took).toBeLessThan(leastMs * 4);
}, 60_000);

it('without a cap it takes a moment: what holds the others up is the cap', async () => {
  expect(await timeOf('free', {}, {})).toBeLessThan(leastMs);
}, 60_000);
