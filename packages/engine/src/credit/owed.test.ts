import type { Cid, PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { resultOf, type TestPeer } from '../testing/mesh.ts';
import { outcomeOf, sceneOf, type Scene } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const units = 30;

function ledgerOf({ requester }: Scene, job: Cid) {
  const ledger = requester.engine.requested.get(job)?.ledger;
  if (ledger === undefined) throw new Error(`no job ${job}`);
  return ledger;
}

/** By worker, the units that it committed to, and those of its receipts. */
function accounts(scene: Scene, job: Cid): Map<PeerId, { committed: number; credited: number }> {
  const ledger = ledgerOf(scene, job);
  return new Map(
    scene.workers.map(({ id }) => {
      const committed = [...ledger.units.values()].filter((facts) => facts.commitments.has(id)).length;
      const credited = [...ledger.receipts.values()].filter(({ worker }) => worker === id).reduce((most, receipt) => Math.max(most, receipt.units), 0);
      return [id, { committed, credited }];
    }),
  );
}

describe('work is credited', () => {
  it('also where it lost a race: whatever was committed to is shown, compared and counted', () => {
    const behaviour = (_spec: unknown, unit: number) => ({ afterMs: 400, outcome: resultOf(unit) });
    const scene = sceneOf(5, [{ behaviour, slots: 1 }, { behaviour, slots: 1 }, { behaviour, slots: 1 }]);
    const { mesh, requester, workers } = scene;
    const [cutOff] = workers as [TestPeer, TestPeer, TestPeer];
    const job = mesh.submit(requester, countedSpec(units, 2, { window: 1 }));
    mesh.runUntil(() => cutOff.running.size > 0, 10_000);
    mesh.passes = (from, to) => from !== cutOff.id && to !== cutOff.id;
    mesh.link(cutOff, requester, false);
    const isSettled = (unit: number): boolean => requester.engine.requested.get(job)?.settled.has(unit) === true;
    const [unit = -1] = cutOff.engine.worked.get(job)?.running.keys() ?? [];
    expect(mesh.runUntil(() => isSettled(unit), 60_000)).toBe(true);
    mesh.passes = () => true;
    mesh.link(cutOff, requester, true);
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
    mesh.runUntil(() => false, 5_000);
    expect(ledgerOf(scene, job).unit(unit).commitments.size).toBe(3);
    for (const { committed, credited } of accounts(scene, job).values()) expect(credited).toBe(committed);
  });

  it('also where the job is cancelled in the moment in which its result is accepted', () => {
    const { mesh, requester, workers } = sceneOf(4, [{ slots: 1 }]);
    const job = mesh.submit(requester, countedSpec(units, 1));
    expect(mesh.runUntil(() => (requester.engine.requested.get(job)?.accepting.size ?? 0) > 0, 10_000)).toBe(true);
    mesh.step(requester, { type: 'cancel', job, why: 'enough' });
    mesh.runUntil(() => false, 1_000);
    const ledger = requester.engine.requested.get(job)?.ledger;
    const accepted = [...(ledger?.units.values() ?? [])].filter((facts) => facts.accepted.size > 0).length;
    expect(accepted).toBeGreaterThan(0);
    expect([...(ledger?.receipts.values() ?? [])]).toMatchObject([{ worker: workers[0]?.id, units: accepted }]);
  });

  it('also of a worker whose lease had ended before the job did', () => {
    const behaviour = (_spec: unknown, unit: number) => ({ afterMs: 4_000, outcome: resultOf(unit) });
    const scene = sceneOf(11, [{ behaviour }, { behaviour }, { behaviour }]);
    const { mesh, requester, workers } = scene;
    const [early] = workers as [TestPeer, TestPeer, TestPeer];
    const job = mesh.submit(requester, countedSpec(units, 2));
    mesh.runUntil(() => (accounts(scene, job).get(early.id)?.committed ?? 0) >= 4, 60_000);
    mesh.kill(early);
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 600_000)).toBe(true);
    mesh.runUntil(() => false, 1_000);
    const { committed, credited } = accounts(scene, job).get(early.id) ?? { committed: 0, credited: 0 };
    expect(committed).toBeGreaterThanOrEqual(4);
    expect(credited).toBeGreaterThanOrEqual(committed - 2); // what it had not shown when it fell cannot be counted
    expect(credited).toBeGreaterThan(0);
  });
});
