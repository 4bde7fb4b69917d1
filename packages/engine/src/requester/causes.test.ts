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

describe('a program that fails by itself', () => {
  it.each([1, 2, 3])('is given up after few runs, however many units and peers there are (quorum %i)', (quorum) => {
    const behaviour: Behaviour = () => ({ afterMs: 5, outcome: failureOf('program-trapped', true) });
    const scene = sceneOf(3, Array.from({ length: 12 }, () => ({ behaviour })));
    const job = runJob(scene, countedSpec(5_000, quorum));
    expect(viewOf(scene.requester, job)).toMatchObject({ state: 'failed', reason: { code: 'program-fails' } });
    scene.mesh.runUntil(() => false, 5_000);
    expect(scene.mesh.executed.length).toBeLessThan(150); // eight units are needed, twelve peers of two slots and as much in hand begin at once
  });

  it('on one unit only is run by as many as the quorum needs, and no more', () => {
    const behaviour: Behaviour = (spec, unit, peer, job) => (unit === 5 ? { afterMs: 5, outcome: failureOf('program-trapped', true) } : honest(spec, unit, peer, job));
    const scene = sceneOf(4, Array.from({ length: 12 }, () => ({ behaviour })));
    const job = runJob(scene, countedSpec(40, 2));
    expect(viewOf(scene.requester, job)).toMatchObject({ state: 'failed', accepted: 39, abandoned: 1 });
    expect(scene.mesh.executed.filter(({ unit }) => unit === 5).length).toBeLessThanOrEqual(3);
  });
});

describe('a peer that fails', () => {
  it('is avoided, longer each time, and is given units again once it works', () => {
    let isBroken = true;
    const behaviour: Behaviour = (spec, unit, peer, job) => (isBroken ? { afterMs: 5, outcome: failureOf('sandbox-crashed') } : honest(spec, unit, peer, job));
    const scene = sceneOf(5, [{ behaviour, slots: 1 }, { slots: 1 }, { slots: 1 }]);
    const [broken] = scene.workers;
    const job = scene.mesh.submit(scene.requester, countedSpec(2_000, 1));
    const runs = (): number => scene.mesh.executed.filter(({ peer }) => peer === broken?.id).length;
    scene.mesh.runUntil(() => false, 20_000);
    expect(runs()).toBeGreaterThan(2);
    expect(runs()).toBeLessThan(12); // it would take two thousand in that time
    isBroken = false;
    const before = runs();
    scene.mesh.runUntil(() => outcomeOf(scene.requester, job) !== 'open', 120_000);
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(runs() - before).toBeGreaterThan(100);
  });
});
