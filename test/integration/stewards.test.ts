import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cid } from '@shoal/runtime';
import { programPath } from '@shoal/workloads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPeerProcess, type PeerProcess } from './support/peer-process.ts';

const units = 24;
const upTo = 2_000_000_000;
/** How many primes there are up to 2,000,000,000. */
const primes = 98_222_287;
/** A steward waits a quarter of a minute for a requester; a machine that has other things to do waits longer for everything. */
const patienceMs = 300_000;

/** Peers in processes of their own, on data directories that outlive them. */
class Mesh {
  readonly folder: string;
  readonly peers = new Map<string, PeerProcess>();
  private meetingPoint = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(name: string, roles: ('steward' | 'keeper')[]): Promise<PeerProcess> {
    const isWorker = name.startsWith('worker');
    const bootstrap = this.meetingPoint === '' ? [] : [this.meetingPoint];
    const peer = await startPeerProcess({ dataDir: join(this.folder, name), mesh: 'stewards', slots: isWorker ? 1 : 0, roles, bootstrap });
    if (this.meetingPoint === '') this.meetingPoint = peer.address;
    this.peers.set(name, peer);
    return peer;
  }

  of(name: string): PeerProcess {
    const peer = this.peers.get(name);
    if (peer === undefined) throw new Error(`no peer ${name} was started`);
    return peer;
  }

  stewards(): PeerProcess[] {
    return [this.of('steward-a'), this.of('steward-b')];
  }

  async close(): Promise<void> {
    await Promise.all([...this.peers.values()].map((peer) => peer.kill()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function entrustedTo(peer: PeerProcess): number {
  return peer.heard('entrusted').at(-1)?.jobs ?? 0;
}

async function expectAnswer(requester: PeerProcess, job: Cid): Promise<void> {
  await requester.until(() => requester.heard('end').length > 0);
  expect(requester.heard('job')[0]?.job).toBe(job);
  expect(requester.heard('end')).toEqual([{ is: 'end', state: 'done', accepted: units }]);
  const counts = new Map(requester.heard('result').map(({ unit, text }) => [unit, Number(text)]));
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(primes);
}

describe('a requester that is killed', { timeout: patienceMs }, () => {
  let mesh: Mesh;
  let job: Cid;

  /** Posts the job, waits until it is entrusted and begun, and kills whoever posted it. */
  beforeEach(async () => {
    mesh = new Mesh(await mkdtemp(join(tmpdir(), 'shoal-stewards-')));
    await mesh.start('steward-a', ['steward', 'keeper']);
    await Promise.all([mesh.start('steward-b', ['steward', 'keeper']), mesh.start('worker-a', []), mesh.start('worker-b', [])]);
    const requester = await mesh.start('requester', []);
    requester.tell({ do: 'submit', request: { program: programPath('primes'), args: [String(upTo)], count: units, window: 2 } });
    await requester.until(() => requester.heard('result').length >= 3);
    job = requester.heard('job')[0]?.job as Cid;
    await Promise.race(mesh.stewards().map((steward) => steward.until(() => entrustedTo(steward) > 0)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await requester.kill();
    expect(requester.heard('result').length).toBeLessThan(units);
  }, patienceMs);

  afterEach(() => mesh.close());

  /** All that the workers ran is settled: the steward that acts has nothing left to do. */
  async function finished(): Promise<void> {
    await Promise.race(mesh.stewards().map((steward) => steward.until(() => steward.heard('over').some((over) => over.job === job))));
  }

  it('finds all its results when it is back: its stewards went on', async () => {
    await finished();
    const again = await mesh.start('requester', []);
    again.tell({ do: 'resume' });
    await expectAnswer(again, job);
  });

  it('finds them also when every worker is gone by then', async () => {
    await finished();
    await Promise.all([mesh.of('worker-a').kill(), mesh.of('worker-b').kill()]);
    const again = await mesh.start('requester', []);
    again.tell({ do: 'resume' });
    await expectAnswer(again, job);
    await Promise.all(mesh.stewards().map((steward) => steward.until(() => entrustedTo(steward) === 0))); // delivered: nothing is kept any more
  });
});
