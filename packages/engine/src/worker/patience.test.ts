import { describe, expect, it } from 'vitest';
import { resultOf, type Behaviour } from '../testing/mesh.ts';
import { outcomeOf, runJob, sceneOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const quick: Behaviour = (_spec, unit) => ({ afterMs: 2, outcome: resultOf(unit) });

describe('a worker with one unit at a time', () => {
  it('commits once a unit: that the last one was accepted goes along with the next result', () => {
    const scene = sceneOf(2, [{ slots: 1, behaviour: quick }]);
    const [worker] = scene.workers;
    let commits = 0;
    if (worker !== undefined) worker.journal.appended = () => void (commits += 1);
    const begunAt = scene.mesh.now;
    const job = runJob(scene, countedSpec(50, 1, { window: 1 }));
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(commits).toBeLessThan(60); // the lease and the end, and one each
    expect(scene.mesh.now - begunAt).toBeLessThan(50 * 14);
  });
});
