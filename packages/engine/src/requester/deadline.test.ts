import { describe, expect, it } from 'vitest';
import { resultOf, type Behaviour } from '../testing/mesh.ts';
import { outcomeOf, sceneOf, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const never: Behaviour = (_spec, unit) => ({ afterMs: 3_600_000, outcome: resultOf(unit) });

describe('a deadline', () => {
  it('is a moment of the clock on the wall, and nobody is busy waiting for it when that was set back', () => {
    const { mesh, requester } = sceneOf(3, [{ slots: 1, behaviour: never }]);
    const job = mesh.submit(requester, countedSpec(1, 1, { deadline: mesh.now + 10_000 }));
    const deadline = mesh.now + 10_000;
    mesh.runUntil(() => false, 5_000);
    requester.skewMs -= 20_000;
    let looks = 0;
    mesh.runUntil(() => {
      looks += 1;
      if (looks > 50_000) throw new Error(`${looks} things happened by ${mesh.now - deadline} ms after it`);
      return outcomeOf(requester, job) !== 'open';
    }, 60_000);
    expect(viewOf(requester, job)).toMatchObject({ state: 'failed', reason: { code: 'deadline-passed' } });
    expect(mesh.now - deadline).toBeGreaterThanOrEqual(20_000);
    expect(mesh.now - deadline).toBeLessThan(22_000);
  });
});
