import { readdir, readFile } from 'node:fs/promises';

/** What getconf CLK_TCK says on every Linux that Node.js runs on. */
const msPerTick = 10;

/** Processor time so far of a process, of all that it started (its sandboxes) and of those of them that ended; Linux only. */
export async function processorMs(root: number): Promise<number> {
  const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/u.test(name)).map(statOf));
  const family = new Set([root]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const each of all) if (each !== undefined && family.has(each.parent)) family.add(each.pid);
  }
  return all.reduce((sum, each) => sum + (each !== undefined && family.has(each.pid) ? each.ms : 0), 0);
}

async function statOf(name: string): Promise<{ pid: number; parent: number; ms: number } | undefined> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined; // it has ended since
    throw error;
  });
  if (text === undefined) return undefined;
  // The command's name, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const [, parent = 0] = fields;
  return { pid: Number(name), parent, ms: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) * msPerTick };
}
