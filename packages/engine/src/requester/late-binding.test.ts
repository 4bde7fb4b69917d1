import type { Cid } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { resultOf, TestMesh, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { countedSpec } from '../testing/specs.ts';

/** Between 50 ms and two seconds, in no order. */
const unitMs = (unit: number): number => 50 + ((unit * 7_919) % 1_951);

const atSpeed = (speed: number): Behaviour => (_spec, unit) => ({ afterMs: unitMs(unit) / speed, outcome: resultOf(unit) });

function meshOf(behaviours: Behaviour[]): { mesh: TestMesh; requester: TestPeer; workers: TestPeer[] } {
  const mesh = new TestMesh(5);
  const requester = mesh.add({ slots: 0 });
  const workers = behaviours.map((behaviour) => mesh.add({ behaviour, slots: 1 }));
  mesh.runUntil(() => false, 2_000);
  return { mesh, requester, workers };
}

function timeToEnd({ mesh, requester }: { mesh: TestMesh; requester: TestPeer }, jobs: Cid[]): number {
  const begunAt = mesh.time.now;
  const isOver = (): boolean => jobs.every((job) => requester.engine.requested.get(job)?.outcome !== 'open');
  expect(mesh.runUntil(isOver, 600_000)).toBe(true);
  return mesh.time.now - begunAt;
}

describe('late binding', () => {
  it('200 units over two peers, one half as fast, end within a tenth of the ideal, and none is run twice', () => {
    const scene = meshOf([atSpeed(1), atSpeed(0.5)]);
    const job = scene.mesh.submit(scene.requester, countedSpec(200, 1));
    const workMs = Array.from({ length: 200 }, (_, unit) => unitMs(unit)).reduce((sum, ms) => sum + ms, 0);
    expect(timeToEnd(scene, [job]) / (workMs / 1.5)).toBeLessThan(1.1);
    expect(scene.mesh.executed.length).toBeLessThanOrEqual(202);
  });

  it('eleven short units over two peers end together, whoever asks first', () => {
    const short: Behaviour = (_spec, unit) => ({ afterMs: 20, outcome: resultOf(unit) });
    const scene = meshOf([short, short]);
    timeToEnd(scene, [scene.mesh.submit(scene.requester, countedSpec(11, 1))]);
    const each = scene.workers.map(({ id }) => scene.mesh.executed.filter(({ peer }) => peer === id).length);
    expect(Math.min(...each)).toBeGreaterThanOrEqual(5);
    expect(scene.mesh.executed.length).toBe(11);
  });

  it('of the last units a peer with more slots gets more, and no slot is idle for fairness', () => {
    const short: Behaviour = (_spec, unit) => ({ afterMs: 200, outcome: resultOf(unit) });
    const scene = meshOf([short]);
    const wide = scene.mesh.add({ behaviour: short, slots: 4 });
    scene.mesh.runUntil(() => false, 2_000);
    expect(timeToEnd(scene, [scene.mesh.submit(scene.requester, countedSpec(20, 1))])).toBeLessThan(2_000);
    expect(scene.mesh.executed.filter(({ peer }) => peer === wide.id).length).toBeGreaterThanOrEqual(14);
  });

  it('whoever is idle gets what waits for a slot elsewhere', () => {
    const slow: Behaviour = (_spec, unit) => ({ afterMs: 20_000, outcome: resultOf(unit) });
    const scene = meshOf([slow]);
    const { mesh, requester } = scene;
    const job = mesh.submit(requester, countedSpec(2, 1));
    mesh.runUntil(() => mesh.executed.length === 1, 5_000); // the first has both, and runs one
    mesh.add({ behaviour: slow, slots: 1 });
    expect(timeToEnd(scene, [job])).toBeLessThan(30_000);
    expect(new Set(mesh.executed.map(({ peer }) => peer)).size).toBe(2);
    expect(mesh.executed.length).toBe(2);
  });

  it('a short unit that waits elsewhere behind a run that never ends is taken back as well, later', () => {
    const jobs: Cid[] = [];
    const short: Behaviour = (_spec, unit) => ({ afterMs: 20, outcome: resultOf(unit) });
    const stuck: Behaviour = (spec, unit, peer, job) => (job === jobs[0] ? undefined : short(spec, unit, peer, job));
    const scene = meshOf([stuck]);
    const { mesh, requester, workers } = scene;
    jobs.push(mesh.submit(requester, countedSpec(1, 1)));
    mesh.runUntil(() => workers[0]?.running.size === 1, 5_000);
    mesh.add({ behaviour: short, slots: 1 });
    mesh.runUntil(() => false, 2_000);
    const job = mesh.submit(requester, countedSpec(4, 1));
    const held = (): number | undefined => [...(requester.engine.requested.get(job)?.leases.values() ?? [])].find(({ worker }) => worker === workers[0]?.id)?.waiting.size;
    expect(mesh.runUntil(() => (held() ?? 0) > 0, 10_000)).toBe(true);
    expect(timeToEnd(scene, [job])).toBeLessThan(15_000);
  });
});

describe('a peer that lies', () => {
  const liar: Behaviour = (_spec, unit, peer) => ({ afterMs: 500, outcome: resultOf(unit, ` by ${peer}`) });
  const honest: Behaviour = (_spec, unit) => ({ afterMs: 500, outcome: resultOf(unit) });

  it('gets nothing more once it was found out, while there are enough others', () => {
    const scene = meshOf([honest, honest, honest, honest, liar]);
    const job = scene.mesh.submit(scene.requester, countedSpec(60));
    timeToEnd(scene, [job]);
    const [lies] = scene.workers.slice(-1) as [TestPeer];
    expect(scene.requester.engine.requested.get(job)?.outcome).toBe('done');
    expect(scene.mesh.executed.filter(({ peer }) => peer === lies.id).length).toBeLessThanOrEqual(4); // an equal share would be 24
  });

  it('is asked all the same where nobody else is left', () => {
    const once: Behaviour = (_spec, unit, peer) => ({ afterMs: 500, outcome: resultOf(unit, unit === 0 ? ` by ${peer}` : '') });
    const scene = meshOf([honest, honest, once]);
    const jobs = [scene.mesh.submit(scene.requester, countedSpec(10)), scene.mesh.submit(scene.requester, countedSpec(10, 3))];
    scene.mesh.runUntil(() => scene.requester.engine.requested.get(jobs[0] as Cid)?.outcome !== 'open', 120_000);
    expect(scene.requester.engine.requested.get(jobs[0] as Cid)?.outcome).toBe('done');
    scene.mesh.runUntil(() => (scene.requester.engine.requested.get(jobs[1] as Cid)?.settled.size ?? 0) >= 9, 120_000);
    expect(scene.requester.engine.requested.get(jobs[1] as Cid)?.settled.size).toBeGreaterThanOrEqual(9);
  });
});
