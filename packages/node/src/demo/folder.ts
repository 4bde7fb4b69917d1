import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../supervise/alive.ts';

const prefix = 'shoal-demo-';

/** A fresh folder for a demo, named by this process. What a demo that was killed had left is removed on the way. */
export async function makeFolder(): Promise<string> {
  await removeOrphans();
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

async function removeOrphans(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-\\w{6}$`, 'u').exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined); // gone already
    if (found?.isDirectory() === true && found.uid === process.getuid?.()) await rm(path, { recursive: true, force: true });
  }
}
