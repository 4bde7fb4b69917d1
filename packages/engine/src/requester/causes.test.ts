import { describe, expect, it } from 'vitest';
import { failureOf, honest } from '../testing/behaviours.ts';
import type { Behaviour } from '../testing/mesh.ts';
import { outcomeOf, runJob, sceneOf, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

/** Fails its first runs of each unit for these causes, one after the other, wherever they are; then it is honest. */
function failingFor(causes: readonly Parameters<typeof failureOf>[0][]): Behaviour {
  const runs = new Map<number, number>();
  return (spec, unit, peer, job) => {
    const run = runs.get(unit) ?? 0;
    runs.set(unit, run + 1);
    const cause = causes[run];
    return cause === undefined ? honest(spec, unit, peer, job) : { afterMs: 20, outcome: failureOf(cause) };
  };
}

/** Two tries are allowed after the first. */
function outcomeWith(seed: number, causes: readonly Parameters<typeof failureOf>[0][]) {
  const behaviour = failingFor(causes);
  const scene = sceneOf(seed, [{ behaviour }, { behaviour }, { behaviour }]);
  const job = runJob(scene, countedSpec(2, 1, { retries: 2 }), 600_000);
  return { outcome: outcomeOf(scene.requester, job), failures: viewOf(scene.requester, job).failures };
}

describe('a unit that fails by chance', () => {
  it('is given up when one cause comes again and again', () => {
    const all = Array.from({ length: 20 }, () => 'sandbox-crashed' as const);
    const { outcome, failures } = outcomeWith(1, all);
    expect(outcome).toBe('failed');
    expect(failures).toBeLessThanOrEqual(2 * 5);
  });

  it('is tried on when each time it is something else', () => {
    expect(outcomeWith(2, ['sandbox-crashed', 'input-unavailable', 'program-unavailable', 'output-not-kept', 'sandbox-crashed'])).toMatchObject({ outcome: 'done', failures: 10 });
  });
});
