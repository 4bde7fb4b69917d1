import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeer } from '@shoal/peer';
import { programPath } from '@shoal/workloads';
import { expect, it } from 'vitest';

const secret = 'xylophonepatientroom';
const storeKey = new Uint8Array(32).fill(9);

async function isOnDisk(dir: string): Promise<boolean> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(secret)) return true;
  }
  return false;
}

/** A peer that holds data, runs a job over it and keeps the results. Resolves with what the job put out, asked again after a restart. */
async function work(folder: string, key: { storeKey?: Uint8Array }): Promise<string> {
  const options = { mesh: 'store-key', dataDir: join(folder, 'peer'), slots: 1, ...key };
  const words = join(folder, 'words.txt');
  await writeFile(words, `${secret} ${'and so on '.repeat(20_000)} ${secret}\n`);
  let id = '';
  {
    await using peer = await createPeer(options);
    const { cid } = await peer.data.add(words);
    const job = await peer.submit({ program: programPath('wordcount'), on: cid, quorum: 1 });
    ({ id } = await job.wait());
  }
  await using peer = await createPeer(options);
  for await (const { text } of peer.job(id).results()) return text;
  return '';
}

it('leaves nothing of data and results on the disk with a key, and the work is as without one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-store-key-'));
  try {
    const [plain, sealed] = [join(folder, 'plain'), join(folder, 'sealed')];
    for (const each of [plain, sealed]) await mkdir(each);
    const expected = await work(plain, {});
    expect(expected).toContain(secret);
    expect(await isOnDisk(join(plain, 'peer'))).toBe(true);
    expect(await work(sealed, { storeKey })).toBe(expected);
    expect(await isOnDisk(join(sealed, 'peer'))).toBe(false);
    await expect(createPeer({ dataDir: join(sealed, 'peer') })).rejects.toMatchObject({ code: 'store-key-missing' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
