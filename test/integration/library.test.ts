import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPeer } from '@shoal/peer';
import { programPath } from '@shoal/workloads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const patienceMs = 60_000;
let room: string;
let shards: string;

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'shoal-library-'));
  shards = join(room, 'words');
  await mkdir(shards);
  for (const [name, text] of Object.entries({ one: 'a shoal of fish\n', two: 'has no leader no leader\n', three: '' })) await writeFile(join(shards, `${name}.txt`), text);
});
afterAll(() => rm(room, { recursive: true, force: true, maxRetries: 5 }));

describe('peers embedded in a program', { timeout: patienceMs }, () => {
  it('find each other, run a job on a dataset of one of them, and leave the process free to end', async () => {
    const script = fileURLToPath(new URL('support/embedded.ts', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=@shoal/source', script, shards], { timeout: patienceMs });
    expect(stderr).toBe('');
    const told = JSON.parse(stdout) as { texts: Record<string, string>; state: string; accepted: number; executions: number; stopMs: number; left: string[] };
    expect(told).toMatchObject({ state: 'done', accepted: 3, executions: 6 });
    expect(Object.keys(told.texts).sort()).toEqual(['one.txt', 'three.txt', 'two.txt']);
    expect(told.texts['two.txt']).toBe('word,count\nleader,2\nno,2\nhas,1\n');
    expect(told.stopMs).toBeLessThan(3_000);
    // No server, no socket, no child. (Its output, and what is closing by itself, may be there.)
    expect(told.left.filter((name) => /Server|Socket|Process|FSEvent/.test(name))).toEqual([]);
  });

  it('leave no process behind, whatever they were doing when they were stopped', async () => {
    const before = await childrenOf(process.pid);
    const peer = await createPeer({ slots: 2 });
    const job = await peer.submit({ program: programPath('primes'), args: ['100000000000'], count: 4, quorum: 1 });
    const waiting = job.wait().catch((error: unknown) => error);
    while ((await peer.status()).running < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const begin = performance.now();
    await peer.stop();
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(await waiting).toMatchObject({ code: 'peer-stopped' });
    expect((await childrenOf(process.pid)).filter((pid) => !before.includes(pid))).toEqual([]);
  });

  it('are one a data directory: a second one is refused, and says by whom, until the first has stopped', async () => {
    const dataDir = join(room, 'data');
    {
      await using peer = await createPeer({ dataDir, slots: 0 });
      await expect(createPeer({ dataDir, slots: 0 })).rejects.toMatchObject({ code: 'store-locked', message: expect.stringContaining(String(process.pid)) });
      expect(peer.id).toMatch(/^12D3Koo/);
    }
    await using again = await createPeer({ dataDir, slots: 0 });
    expect(again.jobs()).toEqual([]);
  });

  it('keep their jobs and their results over a restart', async () => {
    const dataDir = join(room, 'kept');
    let id: string;
    {
      await using peer = await createPeer({ dataDir, slots: 1 });
      const job = await peer.submit({ program: programPath('primes'), args: ['1000'], count: 2, quorum: 1, name: 'kept' });
      id = job.id;
      expect(await job.wait()).toMatchObject({ state: 'done', accepted: 2 });
    }
    await using peer = await createPeer({ dataDir, slots: 1 });
    expect(peer.jobs()).toMatchObject([{ id, name: 'kept', state: 'done', accepted: 2 }]);
    let primes = 0;
    for await (const { text } of peer.job(id).results()) primes += Number(text);
    expect(primes).toBe(168);
  });
});

/** Live processes of which this one is the parent, sandboxes among them. */
async function childrenOf(parent: number): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))); // some end meanwhile
  return pids.filter((_, i) => {
    const [state, parentPid] = (stats[i] ?? '').slice((stats[i] ?? '').lastIndexOf(')') + 2).split(' ');
    return Number(parentPid) === parent && state !== 'Z';
  });
}
