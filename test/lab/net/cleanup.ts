import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, ip } from './commands.ts';

/** Everything of the lab has a name that begins so: namespaces, links, folders. What is not, is never touched. */
export const prefix = 'shlab';
/** Where `ip netns exec` looks for files that are to take the place of those in /etc. */
export const resolvers = '/etc/netns';

/** Ends what an earlier run left behind: processes in its namespaces first, then these, then links and folders. */
export async function cleanUp(): Promise<void> {
  for (const namespace of await namespaces()) {
    for (const pid of (await command('ip', 'netns', 'pids', namespace)).split('\n').map(Number)) end(pid);
    await ip(`netns del ${namespace}`);
  }
  await endCarriers();
  for (const link of await links()) await ip(`link del ${link}`).catch(() => undefined); // the other end of a pair went with it
  for (const entry of await readdir(resolvers).catch(() => [] as string[])) {
    if (entry.startsWith(`${prefix}-`)) await rm(join(resolvers, entry), { recursive: true, force: true });
  }
  for (const entry of await readdir(tmpdir())) {
    if (entry.startsWith(`${prefix}-`)) await rm(join(tmpdir(), entry), { recursive: true, force: true, maxRetries: 5 });
  }
}

async function namespaces(): Promise<string[]> {
  const list = JSON.parse((await command('ip', '-json', 'netns', 'list')) || '[]') as { name: string }[];
  return list.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

async function links(): Promise<string[]> {
  const list = JSON.parse(await command('ip', '-json', 'link', 'show')) as { ifname: string }[];
  return list.map(({ ifname }) => ifname).filter((name) => name.startsWith(prefix));
}

/** Carriers of links run in no namespace of ours; they carry the prefix among their arguments. */
async function endCarriers(): Promise<void> {
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.some((word) => word.endsWith('test/lab/net/link/carry.ts')) && words.some((word) => word.startsWith(prefix))) end(pid);
  }
}

function end(pid: number): void {
  if (pid <= 1 || pid === process.pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}
