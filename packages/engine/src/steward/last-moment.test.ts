import { describe, expect, it } from 'vitest';
import { resultOf, TestMesh, type TestPeer } from '../testing/mesh.ts';
import { outcomeOf, restOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const units = 12;

/** A mesh in which a requester falls at a moment after it entrusted its job, unless it is done by then. */
function fallAt(seed: number, afterMs: number) {
  const mesh = new TestMesh(seed);
  const requester = mesh.add({ slots: 0 });
  const trustees = [0, 1, 2].map(() => mesh.add({ slots: 0, roles: ['steward', 'keeper'] }));
  const behaviour = (_spec: unknown, unit: number) => ({ afterMs: 200 + (unit % 5) * 40, outcome: resultOf(unit) });
  const workers = [0, 1, 2].map(() => mesh.add({ behaviour }));
  mesh.runUntil(() => false, 2_000);
  const job = mesh.submit(requester, countedSpec(units, 2, { stewards: 2, keepers: 1 }));
  const entrustedTo = (): TestPeer[] => trustees.filter((peer) => peer.engine.stewarded.has(job));
  expect(mesh.runUntil(() => entrustedTo().length >= 2, 30_000)).toBe(true);
  mesh.runUntil(() => false, afterMs);
  const isDone = outcomeOf(requester, job) !== 'open';
  mesh.kill(requester);
  return { mesh, requester, workers, job, entrustedTo, isDone };
}

describe('a requester that falls at any moment, also the last', () => {
  it('finds all its results with its stewards when every worker is gone', () => {
    let fell = 0;
    for (let seed = 1; seed <= 2; seed += 1) {
      for (let afterMs = 0; ; afterMs += 19) {
        const { mesh, requester, workers, job, entrustedTo, isDone } = fallAt(seed, afterMs);
        if (isDone) break;
        fell += 1;
        const isOver = (): boolean => entrustedTo().some((peer) => peer.engine.stewarded.get(job)?.isOver === true);
        const finished = mesh.runUntil(isOver, 120_000);
        for (const worker of workers) mesh.kill(worker);
        mesh.restart(requester);
        const got = mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000);
        mesh.runUntil(() => false, 5_000);
        const at = { seed, afterMs };
        expect({ ...at, finished, got, entrusted: entrustedTo(), rest: restOf(mesh) }).toEqual({ ...at, finished: true, got: true, entrusted: [], rest: [] });
      }
    }
    expect(fell).toBeGreaterThan(20);
  });
});
