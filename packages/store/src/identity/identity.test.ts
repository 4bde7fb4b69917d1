import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDirectory } from '../testing/temporary.ts';
import { loadOrCreateIdentity } from './identity.ts';

describe('The identity', () => {
  it('is made once, for its owner alone', () =>
    withDirectory(async (dir) => {
      const seed = await loadOrCreateIdentity(dir);
      expect(seed).toHaveLength(32);
      expect(await loadOrCreateIdentity(dir)).toEqual(seed);
      expect(await readdir(dir)).toEqual(['identity.key']);
      expect((await stat(join(dir, 'identity.key'))).mode & 0o777).toBe(0o600);
    }));

  it('is one, however many make it at the same time', () =>
    withDirectory(async (dir) => {
      const [first, second] = await Promise.all([loadOrCreateIdentity(dir), loadOrCreateIdentity(dir)]);
      expect(first).toEqual(second);
    }));

  it('is refused when others may have read it', () =>
    withDirectory(async (dir) => {
      await loadOrCreateIdentity(dir);
      await chmod(join(dir, 'identity.key'), 0o640);
      await expect(loadOrCreateIdentity(dir)).rejects.toMatchObject({ code: 'identity-exposed', hint: expect.stringContaining('chmod 600') });
    }));

  it('is refused when it is damaged, however little, and never replaced', () =>
    withDirectory(async (dir) => {
      const path = join(dir, 'identity.key');
      await loadOrCreateIdentity(dir);
      const text = await readFile(path, 'utf8');
      const digit = text.indexOf('\n') + 5;
      const changed = `${text.slice(0, digit)}${text[digit] === '0' ? '1' : '0'}${text.slice(digit + 1)}`;
      for (const damaged of ['', text.slice(0, 60), text.slice(0, -20), changed, `${text}more`, 'x'.repeat(5000)]) {
        await writeFile(path, damaged);
        await expect(loadOrCreateIdentity(dir)).rejects.toMatchObject({ code: 'identity-damaged' });
        expect(await readFile(path, 'utf8')).toBe(damaged);
      }
      await writeFile(path, text);
      await loadOrCreateIdentity(dir);
    }));

  it('says so when it cannot be kept', () =>
    withDirectory(async (dir) => {
      await expect(loadOrCreateIdentity(join(dir, 'absent'))).rejects.toMatchObject({ code: 'identity-unreadable' });
    }));
});
