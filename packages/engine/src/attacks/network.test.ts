import type { Cid } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import type { TestMesh, TestPeer } from '../testing/mesh.ts';
import { outcomeOf, restOf, runJob, sceneOf, type Scene } from '../testing/scene.ts';
import { countedSpec, holding, shardSpec } from '../testing/specs.ts';
import { viewOfLedger } from '../views/job-view.ts';
import { replay } from '../recover.ts';
import { quickCrypto } from '../testing/crypto.ts';

/** The job as the requester's journal tells it: true however often it crashed. */
function journalView({ requester }: Scene, job: Cid) {
  const view = viewOfLedger(replay(job, requester.journal.replay(job), quickCrypto));
  if (view === undefined) throw new Error('the journal knows nothing of the job');
  return view;
}

function isOver({ requester }: Scene, job: Cid): boolean {
  return requester.journal.scopesByName.get(job)?.closed === true;
}

/** Ends, every unit by its quorum, and everybody comes to rest. */
function expectDone(scene: Scene, job: Cid, withinMs: number, seed: number): void {
  scene.mesh.runUntil(() => isOver(scene, job), withinMs);
  const view = journalView(scene, job);
  expect({ seed, state: view.state, accepted: view.accepted }).toEqual({ seed, state: 'done', accepted: view.units });
  const left = restOf(scene.mesh, 60_000);
  expect({ seed, left }).toEqual({ seed, left: [] });
}

describe('clocks', () => {
  it.each([
    [0, [300_000, -300_000, 3_600_000]],
    [-600_000, [0, 0, 600_000]],
    [86_400_000, [0, 100, -100]],
  ])('that differ (requester %i ms, workers %j ms) hold no job up, once peers know each other', (skewMs, skews) => {
    const scene = sceneOf(1, skews.map((worker) => ({ skewMs: worker })), { skewMs });
    // Adverts from far in the past or the future are refused, so these peers meet by an advert of their own time.
    for (const worker of scene.workers) introduce(scene.mesh, scene.requester, worker);
    const job = runJob(scene, countedSpec(20), 60_000);
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(restOf(scene.mesh)).toEqual([]);
  });

  it('that jump back by an hour stop nothing', () => {
    for (const who of ['requester', 'worker'] as const) {
      const scene = sceneOf(2, [{}, {}, {}]);
      const { mesh, requester, workers } = scene;
      const job = mesh.submit(requester, countedSpec(60));
      mesh.runUntil(() => mesh.executed.length > 20, 10_000);
      const jumper = who === 'requester' ? requester : (workers[0] as TestPeer);
      jumper.skewMs -= 3_600_000;
      mesh.runUntil(() => isOver(scene, job), 30_000);
      expect(journalView(scene, job).state).toBe('done');
      expect(restOf(mesh)).toEqual([]);
    }
  });

  it('that are put right make a peer visible again', () => {
    const { mesh, requester, workers } = sceneOf(3, [{ skewMs: 3_600_000 }, {}]);
    const [wrong] = workers as [TestPeer];
    mesh.runUntil(() => false, 60_000);
    expect(requester.engine.roster.get(wrong.id)).toBeUndefined();
    wrong.skewMs = 0;
    mesh.runUntil(() => false, 60_000);
    expect(requester.engine.roster.get(wrong.id)).toBeDefined();
  });
});

describe('a network that', () => {
  it('loses, repeats and reorders messages', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const scene = sceneOf(seed, [{}, {}, {}]);
      const { mesh, requester } = scene;
      mesh.maxDelayMs = 400;
      mesh.copies = () => 1 + mesh.random.integer(3);
      mesh.passes = () => mesh.random.float() > 0.2;
      const job = mesh.submit(requester, countedSpec(25));
      expectDone(scene, job, 300_000, seed);
      expect(mesh.offences).toEqual([]);
    }
  });

  it('loses every first award, and every first answer of each kind', () => {
    for (const type of ['offer', 'entries', 'pull', 'assign', 'reveal'] as const) {
      const scene = sceneOf(20, [{}, {}]);
      const { mesh, requester } = scene;
      const lost = new Set<string>();
      mesh.passes = (from, to, message) => {
        if (message?.type !== type || lost.has(`${from}${to}`)) return true;
        lost.add(`${from}${to}`);
        return false;
      };
      const job = mesh.submit(requester, countedSpec(6));
      expectDone(scene, job, 60_000, 20);
      expect(lost.size).toBeGreaterThan(0);
    }
  });

  it('is cut in two for a minute, and then whole again', () => {
    for (let seed = 30; seed < 36; seed += 1) {
      const scene = sceneOf(seed, [{}, {}, {}, {}]);
      const { mesh, requester, workers } = scene;
      const job = mesh.submit(requester, countedSpec(40));
      mesh.runUntil(() => mesh.executed.length > 10, 10_000);
      const island = new Set(workers.filter(() => mesh.random.float() < 0.6));
      const isCut = (a: TestPeer, b: TestPeer): boolean => island.has(a) !== island.has(b);
      const peerOf = (id: string): TestPeer => mesh.peers.find((peer) => peer.id === id) as TestPeer;
      mesh.passes = (from, to) => !isCut(peerOf(from), peerOf(to));
      const pairs = mesh.peers.flatMap((a, i) => mesh.peers.slice(i + 1).map((b) => [a, b] as const)).filter(([a, b]) => isCut(a, b));
      for (const [a, b] of pairs) mesh.link(a, b, false);
      mesh.runUntil(() => false, 60_000);
      mesh.passes = () => true;
      for (const [a, b] of pairs) mesh.link(a, b, true);
      expectDone(scene, job, 120_000, seed);
      expect(mesh.offences).toEqual([]);
    }
  });
});

describe('a worker that cannot be dialled', () => {
  const all = { holdings: [holding(4, () => true)] };
  it.each([
    ['nobody else may take what is left', { holdings: [holding(4, (i) => i < 2)] }],
    ['whoever else has what is left never ends it', { ...all, slots: 4, behaviour: () => undefined }],
  ])('hears of the job by gossip when %s, and dials', (_when, other) => {
    const scene = sceneOf(40, [all, other, all]);
    const { mesh, requester, workers } = scene;
    const hidden = workers[2] as TestPeer;
    let hasDialled = false;
    mesh.passes = (from, to, message) => {
      if (from === hidden.id && to === requester.id && message?.type === 'entries') hasDialled = true;
      return message === undefined || from !== requester.id || to !== hidden.id || hasDialled;
    };
    const job = mesh.submit(requester, shardSpec(4, 'never'));
    expectDone(scene, job, 120_000, 40);
    expect(mesh.executed.some(({ peer }) => peer === hidden.id)).toBe(true);
  });
});

describe('crashes of everybody, at any moment, also between the journal and the message', () => {
  it.each([100, 110, 120, 130, 140])('lose nothing that was accepted and leave nothing behind (ten seeds from %i on)', (first) => {
    for (let seed = first; seed < first + 10; seed += 1) {
      const scene = sceneOf(seed, [{}, {}, {}]);
      const { mesh, requester } = scene;
      mesh.passes = () => mesh.random.float() > 0.02;
      const job = mesh.submit(requester, countedSpec(20));
      const settled = new Set<number>();
      for (let fault = 0; fault < 5; fault += 1) {
        mesh.runUntil(() => false, mesh.random.integer(400));
        const victim = mesh.peers[mesh.random.integer(mesh.peers.length)] as TestPeer;
        crash(mesh, victim);
        const facts = replay(job, requester.journal.replay(job), quickCrypto).units;
        // What was accepted once stays so, with the same result.
        for (const unit of settled) expect({ seed, unit, accepted: facts.get(unit)?.accepted.size }).toEqual({ seed, unit, accepted: 1 });
        for (const [unit, { accepted }] of facts) if (accepted.size > 0) settled.add(unit);
        mesh.runUntil(() => false, mesh.random.integer(3_000));
        mesh.restart(victim);
      }
      mesh.passes = () => true;
      expectDone(scene, job, 120_000, seed);
      expect({ seed, offences: mesh.offences }).toEqual({ seed, offences: [] });
    }
  });

  it('run nothing again that a worker had committed to, when it is back before its lease ends', () => {
    for (let seed = 200; seed < 215; seed += 1) {
      const scene = sceneOf(seed, [{}, {}]);
      const { mesh, requester, workers } = scene;
      const victim = workers[0] as TestPeer;
      const job = mesh.submit(requester, countedSpec(30));
      mesh.runUntil(() => mesh.executed.filter(({ peer }) => peer === victim.id).length >= 2 + (seed % 10), 10_000);
      crash(mesh, victim);
      const committed = new Set([...replay(job, victim.journal.replay(job), quickCrypto).units].flatMap(([unit, facts]) => (facts.commitments.has(victim.id) ? [unit] : [])));
      const before = mesh.executed.length;
      mesh.runUntil(() => false, mesh.random.integer(8_000));
      mesh.restart(victim);
      expectDone(scene, job, 120_000, seed);
      const again = mesh.executed.slice(before).filter(({ peer, unit }) => peer === victim.id && committed.has(unit));
      expect({ seed, again }).toEqual({ seed, again: [] });
    }
  });
});

describe('a cancelled job', () => {
  it('stays cancelled when its requester crashes before it could say so to anybody', () => {
    const scene = sceneOf(300, [{ behaviour: () => undefined }, { behaviour: () => undefined }]);
    const { mesh, requester, workers } = scene;
    const job = mesh.submit(requester, countedSpec(4));
    mesh.runUntil(() => workers.every(({ running }) => running.size > 0), 10_000);
    requester.journal.appended = () => mesh.kill(requester);
    requester.driver.handle({ type: 'cancel', job, why: 'enough' });
    mesh.runUntil(() => !requester.up, 1_000);
    expect(isOver(scene, job)).toBe(false);
    mesh.restart(requester);
    mesh.runUntil(() => false, 5_000);
    expect(journalView(scene, job).state).toBe('cancelled');
    expect(workers.map(({ engine }) => engine.worked.size)).toEqual([0, 0]);
    expect(restOf(mesh)).toEqual([]);
  });
});

/** Kills a peer now, or right after its next append to the journal and before anything else. */
function crash(mesh: TestMesh, victim: TestPeer): void {
  if (mesh.random.float() < 0.5) return mesh.kill(victim);
  victim.journal.appended = () => mesh.kill(victim);
  if (!mesh.runUntil(() => !victim.up, 500)) mesh.kill(victim);
}

/** Lets two peers know each other although their clocks are too far apart for adverts. */
function introduce(mesh: TestMesh, requester: TestPeer, worker: TestPeer): void {
  const own = worker.engine.roster.get(worker.id);
  if (own === undefined) throw new Error('it has not advertised yet');
  requester.engine.roster.add(own, mesh.now + requester.skewMs);
}
