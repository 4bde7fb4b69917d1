import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChild } from '../testing/child.ts';
import { withDirectory } from '../testing/temporary.ts';
import { lockDataDirectory } from './lock.ts';

describe('The lock of a data directory', () => {
  it('keeps a second process out, names the first, and is gone with it, even killed', () =>
    withDirectory(async (dir) => {
      const child = startChild('hold-child.ts', 'directory', dir);
      const pid = (await child.line((line) => line.startsWith('holds'))).split(' ')[1] as string;
      expect(() => lockDataDirectory(dir)).toThrow(expect.objectContaining({ code: 'store-locked', message: expect.stringContaining(`process ${pid}`) }));
      await child.kill();
      lockDataDirectory(dir).release();
    }));

  it('and its log can be read by their owner only, in an open folder too', () =>
    withDirectory(async (dir) => {
      await chmod(dir, 0o755);
      const lock = lockDataDirectory(dir);
      for (const name of ['lock', 'lock-wal', 'lock.owner']) expect({ name, mode: (await stat(join(dir, name))).mode & 0o777 }).toEqual({ name, mode: 0o600 });
      lock.release();
    }));

  it('can be taken again once it is released', () =>
    withDirectory(async (dir) => {
      const lock = lockDataDirectory(dir);
      expect(() => lockDataDirectory(dir)).toThrow(expect.objectContaining({ code: 'store-locked', message: expect.stringContaining(`process ${process.pid}`) }));
      lock.release();
      lock.release();
      lockDataDirectory(dir).release();
    }));
});
