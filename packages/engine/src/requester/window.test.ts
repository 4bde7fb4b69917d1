import { describe, expect, it } from 'vitest';
import { resultOf, type Behaviour } from '../testing/mesh.ts';
import { outcomeOf, runJob, sceneOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const quick: Behaviour = (_spec, unit) => ({ afterMs: 1, outcome: resultOf(unit) });
const slower: Behaviour = (_spec, unit) => ({ afterMs: 2, outcome: resultOf(unit) });

describe('a window of units', () => {
  it('is never given twice where reports and assignments cross', () => {
    const scene = sceneOf(11, [{ slots: 1, behaviour: quick }, { slots: 1, behaviour: slower }]);
    scene.mesh.maxDelayMs = 120; // several reports leave a worker before the answer to the first is there
    scene.mesh.inOrder = true;
    let given = 0;
    scene.mesh.passes = (_from, _to, message) => {
      if (message?.type === 'assign') given += message.run.length;
      return true;
    };
    const begunAt = scene.mesh.now;
    const job = runJob(scene, countedSpec(1_000));
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(given).toBe(2_000); // what a worker has no room for is lost, and found again after seconds
    expect(scene.mesh.executed.length).toBe(2_000);
    expect(scene.mesh.now - begunAt).toBeLessThan(4_000);
  });
});
