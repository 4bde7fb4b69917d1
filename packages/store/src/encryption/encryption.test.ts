import { randomFillSync } from 'node:crypto';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, systemClock, type BlobStore, type Cid, type Journal } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { createBlobStore } from '../blobs/blob-store.ts';
import { openJournal } from '../journal/journal.ts';
import { withDirectory } from '../testing/temporary.ts';
import { createCipher } from './cipher.ts';

const key = randomFillSync(new Uint8Array(32));
const secret = Buffer.from('the patient of room 4 is called Erika');
const MiB = 1_048_576;

/** A file of several leaves with the secret in each, and at a place that is no multiple of anything. */
const large = Buffer.alloc(2 * MiB + 777, 'x');
for (const at of [3, MiB - 10, MiB + 12_345, large.length - secret.length]) secret.copy(large, at);

const storeIn = (dir: string, given: Uint8Array | undefined): BlobStore => createBlobStore({ dir: join(dir, 'blobs'), clock: systemClock, logger: silentLogger, key: given });
const journalIn = (dir: string, given: Uint8Array | undefined): Journal => openJournal({ path: join(dir, 'journal.sqlite'), key: given });

async function* content(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

/** Writes the secret down in every way that a peer does; resolves with the CIDs of the large file and of the small one. */
async function fill(dir: string, given: Uint8Array | undefined): Promise<[Cid, Cid]> {
  const store = storeIn(dir, given);
  await store.start();
  const { cid } = await store.importFile(content(large), { owner: 'a' });
  const small = await store.importFile(content(secret), { owner: 'b' });
  await store.stop();
  const journal = journalIn(dir, given);
  journal.append([{ scope: 'job', kind: 'note', key: 'k', bytes: secret }]);
  journal.summarize('job', secret, false);
  journal.close();
  return [cid, small.cid];
}

/** How often the secret lies in the files below a folder, as it is. */
async function searchDisk(dir: string): Promise<number> {
  let found = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + 1)) found += 1;
  }
  return found;
}

describe('an encrypted store', () => {
  it('has nothing of its content on the disk, where one without a key has all of it', async () => {
    await withDirectory(async (dir) => {
      await fill(dir, undefined);
      expect(await searchDisk(dir)).toBeGreaterThanOrEqual(7);
    });
    await withDirectory(async (dir) => {
      await fill(dir, key);
      expect(await searchDisk(dir)).toBe(0);
    });
  });

  it('gives back what it was given after a restart: whole, anywhere, and as blocks', () =>
    withDirectory(async (dir) => {
      const [cid, small] = await fill(dir, key);
      const store = storeIn(dir, key);
      await store.start();
      for (const [offset, length] of [[0, large.length], [MiB - 10, 40], [17, 1], [2 * MiB + 5, 700]] as const) {
        expect(Buffer.from(await store.readAt(cid, offset, length)).equals(large.subarray(offset, offset + length))).toBe(true);
      }
      expect(Buffer.from(await store.readAt(small, 0, 100)).equals(secret)).toBe(true);
      const leaf = (await store.links(cid))?.[1]?.cid as Cid;
      expect(Buffer.from((await store.getBlock(leaf)) as Uint8Array).equals(large.subarray(MiB, 2 * MiB))).toBe(true);
      expect(await store.fileOf?.(cid)).toBeUndefined(); // nobody reads its files but itself
      await store.stop();
      const journal = journalIn(dir, key);
      expect([...journal.replay('job')].map(({ bytes }) => Buffer.from(bytes).equals(secret))).toEqual([true]);
      expect(Buffer.from(journal.scopes()[0]?.summary ?? []).equals(secret)).toBe(true);
      journal.close();
    }));

  it('is opened with its key alone, and one that was begun without a key is not taken for encrypted', () =>
    withDirectory(async (dir) => {
      await fill(dir, key);
      for (const [given, code] of [[undefined, 'store-key-missing'], [new Uint8Array(32), 'store-key-wrong']] as const) {
        await expect(storeIn(dir, given).start()).rejects.toMatchObject({ code });
        expect(() => journalIn(dir, given)).toThrow(expect.objectContaining({ code }));
      }
      const lost = [join(dir, 'blobs', 'catalogue.sqlite'), join(dir, 'journal.sqlite')].map((database) => `${database}.encryption.json`);
      for (const path of lost) await rename(path, `${path}.away`);
      await expect(storeIn(dir, undefined).start()).rejects.toMatchObject({ code: 'store-damaged' });
      expect(() => journalIn(dir, undefined)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
      for (const path of lost) await rename(`${path}.away`, path);
      const again = storeIn(dir, key);
      await again.start();
      await again.stop();
      const plain = join(dir, 'plain');
      await fill(plain, undefined);
      await expect(storeIn(plain, key).start()).rejects.toMatchObject({ code: 'store-not-encrypted' });
      expect(() => journalIn(plain, key)).toThrow(expect.objectContaining({ code: 'store-not-encrypted' }));
      await fill(join(dir, 'plain'), undefined); // and goes on as it was
    }));
});

describe('what it encrypts by', () => {
  const cipher = createCipher(key, new Uint8Array(32));

  it('masks every stretch of a file as it masks the whole, and each file otherwise', () => {
    const whole = cipher.mask(1, 0, large);
    for (const [at, length] of [[0, 16], [1, 15], [15, 2], [MiB + 7, 1_000]] as const) {
      expect(Buffer.from(cipher.mask(1, at, large.subarray(at, at + length))).equals(whole.subarray(at, at + length))).toBe(true);
    }
    expect(Buffer.from(cipher.mask(1, 0, whole)).equals(large)).toBe(true);
    expect(Buffer.from(cipher.mask(2, 0, large)).equals(whole)).toBe(false);
  });

  it('opens no value that was changed, or put under another name', () => {
    const name = Buffer.from('a');
    const sealed = cipher.seal(name, secret);
    expect(Buffer.from(cipher.open(name, sealed) as Uint8Array).equals(secret)).toBe(true);
    expect(cipher.open(Buffer.from('b'), sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 1) expect(cipher.open(name, sealed.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toBeUndefined();
    expect(cipher.open(name, sealed.subarray(0, 20))).toBeUndefined();
    expect(Buffer.from(cipher.seal(name, secret)).equals(sealed)).toBe(false);
  });
});
