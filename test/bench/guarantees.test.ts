import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@shoal/runtime';
import { createSandbox } from '@shoal/sandbox';
import { buildPrograms } from '../../packages/workloads/src/testing/run-program.ts';
import { programPath } from '@shoal/workloads';
import { Eavesdropper } from './peers/eavesdropper.ts';
import { startMesh, type Mesh } from './peers/mesh.ts';
import type { BenchPeerOptions } from './peers/peer-options.ts';
import { RemotePeer } from './peers/remote-peer.ts';
import type { BenchContext } from './suite.ts';

const units = 6;
/** In the job's arguments, so in what requester and workers say to each other. */
const secret = 'a word that nobody else should read';
const request = { program: programPath('noop'), args: [secret], count: units, quorum: 2 };

/** What is measured is what a person gets: the bench's mesh, made as its suites make it. */
describe('the mesh of the bench', () => {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-guarantees-'));
  const started: { peer: RemotePeer; options: object }[] = [];
  let mesh: Mesh;
  let wire: Eavesdropper;
  let results: { workers: string[] }[];

  async function startPeer(name: string, options: BenchPeerOptions = {}): Promise<RemotePeer> {
    const peer = new RemotePeer({ name });
    const given = { ...options, dataDir: join(dir, name) };
    started.push({ peer, options: given });
    // Workers come to the requester by way of the wire that is listened to.
    const bootstrap = await Promise.all((options.bootstrap ?? []).map((address) => wire.before(address)));
    await peer.start({ ...given, ...(options.bootstrap === undefined ? {} : { bootstrap }) });
    return peer;
  }

  beforeAll(async () => {
    buildPrograms();
    wire = new Eavesdropper();
    const context: BenchContext = { quick: true, dir, report: () => {}, startPeer };
    mesh = await startMesh(context, 'guarantees', { workers: 2, slots: 1 });
    results = await mesh.requester.ask('results', request);
  }, 120_000);

  afterAll(async () => {
    await Promise.all(started.map(({ peer }) => peer.kill()));
    await wire.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('encrypts its streams', () => {
    const heard = wire.heard();
    expect(heard.includes('/noise')).toBe(true); // what is said before it is encrypted
    expect(heard.length).toBeGreaterThan(2 * statSync(programPath('noop')).size); // both workers got the program this way
    expect(heard.includes(secret)).toBe(false);
    // And yet it is there as it is: an entry goes over the wire as it lies in the journal.
    const folder = join(dir, 'guarantees-requester');
    const journals = readdirSync(folder).filter((name) => name.startsWith('journal.sqlite'));
    expect(journals.some((name) => readFileSync(join(folder, name)).includes(secret))).toBe(true);
  });

  it('runs units behind the strongest walls that there are here', async () => {
    const sandbox = createSandbox({ slots: 1, clock: systemClock, logger: silentLogger });
    await sandbox.start();
    const { isolation } = sandbox.info();
    await sandbox.stop();
    expect(await Promise.all(mesh.workers.map((worker) => worker.ask('isolation')))).toEqual([isolation, isolation]);
  });

  it('accepts a unit at quorum 2 when two workers agree, and not before', () => {
    expect(results).toHaveLength(units);
    for (const { workers } of results) expect(new Set(workers).size).toBe(2);
  });

  it('sets no bound and no guarantee of its own', () => {
    expect(started.map(({ options }) => Object.keys(options).toSorted())).toEqual([
      ['dataDir', 'slots'],
      ['bootstrap', 'dataDir', 'slots'],
      ['bootstrap', 'dataDir', 'slots'],
    ]);
    expect(Object.keys(request).toSorted()).toEqual(['args', 'count', 'program', 'quorum']);
  });

  // Last: it ends the requester.
  it('keeps what it acknowledged when its requester is killed', async () => {
    await mesh.requester.kill();
    const again = new RemotePeer({ name: 'again' });
    started.push({ peer: again, options: {} });
    await again.start({ slots: 0, dataDir: join(dir, 'guarantees-requester') });
    expect(await again.ask('jobs')).toMatchObject([{ state: 'done', units, accepted: units }]);
  }, 60_000);
});
