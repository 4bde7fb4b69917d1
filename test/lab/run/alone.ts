import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const file = join(tmpdir(), 'shoal-lab.pid');

/** One lab at a time on a machine: a second one would clear away the first. Resolves with who runs, or undefined when it is us now. */
export async function claim(): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid > 0 && pid !== process.pid && (await isLab(pid))) return pid;
  await writeFile(file, String(process.pid));
  return undefined;
}

export async function release(): Promise<void> {
  await rm(file, { force: true });
}

/** Numbers of processes come back: what counts is what runs under it. */
async function isLab(pid: number): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words.includes('test/lab/main.ts');
}
