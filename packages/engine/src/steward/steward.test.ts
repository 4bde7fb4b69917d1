import type { Cid } from '@shoal/runtime';
import { encodeResult, type JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { acceptedResult } from '../ledger/unit-facts.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { resultOf, TestMesh, type Behaviour, type TestPeer, type TestPeerOptions } from '../testing/mesh.ts';
import { restOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const units = 30;
const slow: Behaviour = (_spec, unit) => ({ afterMs: 900 + (unit % 5) * 100, outcome: resultOf(unit) });
const linked: Behaviour = (_spec, unit) => {
  const { cid, bytes } = encodeResult({ stdout: { cid: resultOf(unit).result, bytes: 70_000 }, files: [] }, quickCrypto);
  return { afterMs: 900, outcome: { ok: true, result: cid, document: bytes, log: new Uint8Array() } };
};

interface Entrusted {
  mesh: TestMesh;
  requester: TestPeer;
  /** Willing to steward and to keep; they run nothing. */
  trustees: TestPeer[];
  workers: TestPeer[];
}

function meshOf(seed: number, options: { trustees?: number; workers?: number; behaviour?: Behaviour; trusteeSlots?: number; timings?: TestPeerOptions['timings'] } = {}): Entrusted {
  const mesh = new TestMesh(seed);
  const requester = mesh.add({ slots: 0 });
  const trustees = Array.from({ length: options.trustees ?? 3 }, () => mesh.add({ slots: options.trusteeSlots ?? 0, roles: ['steward', 'keeper'], behaviour: options.behaviour ?? slow, ...(options.timings === undefined ? {} : { timings: options.timings }) }));
  const workers = Array.from({ length: options.workers ?? 3 }, () => mesh.add({ behaviour: options.behaviour ?? slow }));
  mesh.runUntil(() => false, 2_000);
  return { mesh, requester, trustees, workers };
}

const spec = (more: Partial<JobSpec> = {}): JobSpec => countedSpec(units, 2, { stewards: 2, keepers: 1, ...more });

function settled(peer: TestPeer, job: Cid): number {
  return peer.engine.requested.get(job)?.settled.size ?? 0;
}

function ledgerAt(peer: TestPeer, job: Cid) {
  return peer.engine.requested.get(job)?.ledger ?? peer.engine.stewarded.get(job)?.ledger;
}

function acceptedAt(peer: TestPeer, job: Cid): number {
  const ledger = ledgerAt(peer, job);
  return [...(ledger?.units.values() ?? [])].filter((facts) => acceptedResult(facts, ledger?.posted?.requester as never) !== undefined).length;
}

function actingFor(peers: readonly TestPeer[], job: Cid): TestPeer[] {
  return peers.filter((peer) => peer.up && peer.engine.requested.get(job)?.authority === 'steward');
}

/** Posts a job, and waits until it is entrusted and some of it is done. */
function begin({ mesh, requester, trustees }: Entrusted, of: JobSpec): Cid {
  const job = mesh.submit(requester, of);
  expect(mesh.runUntil(() => settled(requester, job) >= 5 && trustees.filter((peer) => peer.engine.stewarded.has(job)).length >= 2, 30_000)).toBe(true);
  return job;
}

describe('stewards', () => {
  it('finish a job whose requester is killed, and hand it over when that is back, without running again what was done', () => {
    const scene = meshOf(1);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    mesh.kill(requester);
    expect(mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 120_000)).toBe(true);
    expect(trustees.some((peer) => acceptedAt(peer, job) === units)).toBe(true);
    const ran = mesh.executed.length;
    expect(ran).toBeLessThanOrEqual(2 * units + 4); // what was on its way when the requester fell
    mesh.runUntil(() => false, 120_000);
    expect(actingFor(trustees, job)).toEqual([]);
    for (const peer of trustees) expect(peer.engine.stewarded.get(job)?.ledger.delegations.acted.size ?? 1).toBe(1); // no other took it up again
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(acceptedAt(requester, job)).toBe(units);
    expect(mesh.executed.length).toBe(ran);
    expect(restOf(mesh)).toEqual([]);
    expect(mesh.offences).toEqual([]);
  });

  it('stand by while the requester acts, and are discharged when it is done', () => {
    const scene = meshOf(2);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(actingFor(trustees, job)).toEqual([]);
    expect(mesh.executed.length).toBe(2 * units);
    expect(restOf(mesh)).toEqual([]);
  });

  it('hold a job for a requester that comes back when every worker and every steward but one is gone', () => {
    const scene = meshOf(3);
    const { mesh, requester, trustees, workers } = scene;
    const job = begin(scene, spec());
    mesh.kill(requester);
    mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 120_000);
    mesh.runUntil(() => false, 10_000);
    for (const worker of workers) mesh.kill(worker);
    const over = trustees.find((peer) => peer.engine.stewarded.get(job)?.isOver === true);
    for (const peer of trustees) if (peer !== over && peer.engine.stewarded.has(job)) mesh.kill(peer);
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(acceptedAt(requester, job)).toBe(units);
  });

  it('know after their own restart that a job is over', () => {
    const scene = meshOf(15);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    mesh.kill(requester);
    expect(mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 120_000)).toBe(true);
    mesh.runUntil(() => false, 10_000);
    const entrusted = trustees.filter((peer) => peer.engine.stewarded.has(job));
    for (const peer of entrusted) mesh.kill(peer);
    for (const peer of entrusted) mesh.restart(peer);
    expect(mesh.runUntil(() => entrusted.every((peer) => peer.engine.stewarded.get(job)?.isOver === true), 240_000)).toBe(true);
    for (const peer of entrusted) expect(peer.engine.stewarded.get(job)?.ledger.delegations.acted.size).toBe(1);
  });

  it('take up what one before them agreed on and did not bring to its end', () => {
    const scene = meshOf(16, { behaviour: linked });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ keepers: 0 }));
    mesh.kill(requester);
    mesh.canFetch = () => false;
    expect(mesh.runUntil(() => actingFor(trustees, job).some((peer) => peer.engine.requested.get(job)?.fetching.size === units), 60_000)).toBe(true);
    mesh.runUntil(() => false, 500);
    for (const peer of actingFor(trustees, job)) mesh.kill(peer);
    mesh.canFetch = () => true;
    expect(mesh.runUntil(() => trustees.some((peer) => peer.up && peer.engine.stewarded.get(job)?.isOver === true), 240_000)).toBe(true);
  });

  it('never accept a unit on what they showed themselves, also before anybody knows that they act', () => {
    for (let seed = 20; seed < 26; seed += 1) {
      const scene = meshOf(seed, { trustees: 5, workers: 0, trusteeSlots: 2 });
      const { mesh, requester, trustees } = scene;
      const job = begin(scene, spec());
      mesh.kill(requester);
      expect(mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 240_000)).toBe(true);
      for (const peer of trustees) {
        for (const facts of ledgerAt(peer, job)?.units.values() ?? []) {
          for (const [result, by] of facts.acceptedBy) if (!by.has(requester.id)) for (const judge of by) expect([...(facts.accepted.get(result) ?? [])]).not.toContain(judge);
        }
      }
    }
  });

  it('give way to the requester that is back in the middle, and its workers go over to it with what they have', () => {
    const scene = meshOf(4);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ window: 2 }));
    mesh.kill(requester);
    expect(mesh.runUntil(() => actingFor(trustees, job).some((peer) => settled(peer, job) >= 15), 60_000)).toBe(true);
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(actingFor(trustees, job)).toEqual([]);
    expect(mesh.executed.length).toBeLessThanOrEqual(2 * units + 8);
    expect(restOf(mesh)).toEqual([]);
  });

  it('are followed by the next one when the first is gone too', () => {
    const scene = meshOf(5, { trustees: 3 });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ window: 2 }));
    mesh.kill(requester);
    expect(mesh.runUntil(() => actingFor(trustees, job).length > 0, 60_000)).toBe(true);
    const [first] = actingFor(trustees, job);
    if (first !== undefined) mesh.kill(first);
    expect(mesh.runUntil(() => trustees.some((peer) => peer.up && peer.engine.stewarded.get(job)?.isOver === true), 120_000)).toBe(true);
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
  });

  it('survive their own crashes: what was entrusted to them is in their journals', () => {
    const scene = meshOf(6);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    mesh.runUntil(() => false, 1_000);
    const entrusted = trustees.filter((peer) => peer.engine.stewarded.has(job));
    mesh.kill(requester);
    for (const peer of entrusted) mesh.kill(peer);
    mesh.runUntil(() => false, 5_000);
    for (const peer of entrusted) mesh.restart(peer);
    expect(mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 120_000)).toBe(true);
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(restOf(mesh)).toEqual([]);
  });

  it('are named anew when one of them is gone', () => {
    const scene = meshOf(7, { trustees: 4 });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ keepers: 0, window: 1 }));
    const [lost] = ledgerAt(requester, job)?.delegations.current?.stewards ?? [];
    const peer = trustees.find(({ id }) => id === lost);
    if (peer !== undefined) mesh.kill(peer);
    expect(mesh.runUntil(() => (ledgerAt(requester, job)?.delegations.current?.term ?? 0) > 1, 60_000)).toBe(true);
    expect(ledgerAt(requester, job)?.delegations.current?.stewards).not.toContain(lost);
  });

  it('that a mesh does not have are done without', () => {
    const scene = meshOf(8, { trustees: 0 });
    const job = scene.mesh.submit(scene.requester, spec());
    expect(scene.mesh.runUntil(() => scene.requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(restOf(scene.mesh)).toEqual([]);
  });

  it('work too, until they act', () => {
    const scene = meshOf(9, { trustees: 4, workers: 0, trusteeSlots: 2 });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    mesh.kill(requester);
    expect(mesh.runUntil(() => trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 240_000)).toBe(true);
    mesh.restart(requester);
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.outcome === 'done', 60_000)).toBe(true);
    expect(restOf(mesh)).toEqual([]);
  });

  it('end a cancelled job everywhere, also at workers that only they know', () => {
    const scene = meshOf(10, { workers: 2 });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ window: 1 }));
    mesh.kill(requester);
    const late = mesh.add({ behaviour: slow });
    expect(mesh.runUntil(() => late.engine.worked.get(job)?.reportsTo !== undefined, 120_000)).toBe(true);
    expect(late.engine.worked.get(job)?.reportsTo).toBe(actingFor(trustees, job)[0]?.id);
    mesh.restart(requester);
    mesh.step(requester, { type: 'cancel', job, why: 'no more' });
    mesh.runUntil(() => false, 20_000);
    expect(mesh.peers.filter((peer) => peer.engine.worked.has(job) || peer.engine.stewarded.has(job))).toEqual([]);
    expect(restOf(mesh)).toEqual([]);
  });

  it('ask what became of a job when the word that it is over got lost on its way', () => {
    const scene = meshOf(13);
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    const cut = new Set(trustees.map(({ id }) => id));
    mesh.passes = (from, to) => from !== requester.id || !cut.has(to);
    expect(mesh.runUntil(() => !requester.engine.requested.has(job), 120_000)).toBe(true);
    expect(trustees.some((peer) => peer.engine.stewarded.has(job))).toBe(true);
    mesh.passes = () => true;
    mesh.runUntil(() => false, 200_000);
    expect(trustees.filter((peer) => peer.engine.stewarded.has(job))).toEqual([]);
    expect(restOf(mesh)).toEqual([]);
  });

  it('are not named where too few others would be left to vote', () => {
    const scene = meshOf(14, { trustees: 3, workers: 0, trusteeSlots: 2 });
    const { mesh, requester } = scene;
    const job = mesh.submit(requester, spec());
    expect(mesh.runUntil(() => settled(requester, job) >= 5, 60_000)).toBe(true);
    expect(ledgerAt(requester, job)?.delegations.current?.stewards).toHaveLength(1);
    mesh.kill(requester);
    expect(mesh.runUntil(() => scene.trustees.some((peer) => peer.engine.stewarded.get(job)?.isOver === true), 240_000)).toBe(true);
  });

  it('forget a job whose requester never comes back', () => {
    const scene = meshOf(11, { timings: { stewardRetentionMs: 300_000 } });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec());
    mesh.kill(requester);
    mesh.runUntil(() => false, 400_000);
    expect(trustees.filter((peer) => peer.engine.stewarded.has(job))).toEqual([]);
    expect(restOf(mesh)).toEqual([]);
  });
});

describe('keepers', () => {
  it('hold linked outputs, and say so once they are on their disks', () => {
    const scene = meshOf(12, { behaviour: linked });
    const { mesh, requester } = scene;
    const job = begin(scene, spec());
    expect(mesh.runUntil(() => (ledgerAt(requester, job)?.kept.size ?? 0) >= 10, 60_000)).toBe(true);
    const ledger = ledgerAt(requester, job);
    const [keeper] = ledger?.delegations.current?.keepers ?? [];
    for (const kept of ledger?.kept.values() ?? []) expect([...kept.keys()]).toEqual([keeper]);
    mesh.canFetch = () => false;
    const before = ledger?.kept.size;
    mesh.runUntil(() => false, 3_000);
    expect(ledger?.kept.size).toBe(before);
  });

  it('bring no more here than there is room for, also while they act, and finish the job all the same', () => {
    const maxKeptBytes = 300_000;
    const scene = meshOf(13, { behaviour: linked, timings: { maxKeptBytes } });
    const { mesh, requester, trustees } = scene;
    const job = begin(scene, spec({ keepers: 0 }));
    mesh.kill(requester);
    mesh.fetches.length = 0;
    const over = (): TestPeer | undefined => trustees.find((peer) => peer.engine.stewarded.get(job)?.isOver === true);
    expect(mesh.runUntil(() => over() !== undefined, 120_000)).toBe(true);
    expect(over()?.engine.stewarded.get(job)?.keptBytes).toBeLessThanOrEqual(maxKeptBytes);
    expect(mesh.fetches).toHaveLength(Math.floor(maxKeptBytes / 70_000));
  });
});
