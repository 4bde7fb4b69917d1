import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { exclusively } from '../../scripts/lib/exclusive.mjs';

const folder = mkdtempSync(join(tmpdir(), 'shoal-exclusive-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('lets one work at a time, and gives the lock back after a failure', async () => {
  const lock = join(folder, 'one');
  let working = 0;
  const work = async (): Promise<void> => {
    working++;
    expect(working).toBe(1);
    await new Promise(setImmediate);
    working--;
    throw new Error('the set-up failed');
  };
  const all = await Promise.allSettled([exclusively(lock, work), exclusively(lock, work), exclusively(lock, work)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(existsSync(lock)).toBe(false);
});

it('takes over from a process that is gone', async () => {
  const lock = join(folder, 'gone');
  writeFileSync(lock, String(2 ** 30)); // more than any system hands out
  expect(await exclusively(lock, async () => 'done')).toBe('done');
});

it('takes over a lock of yesterday, whoever has that number today', async () => {
  const lock = join(folder, 'old');
  writeFileSync(lock, String(process.pid));
  const yesterday = new Date(Date.now() - 24 * 60 * 60_000);
  utimesSync(lock, yesterday, yesterday);
  expect(await exclusively(lock, async () => 'done')).toBe('done');
});
