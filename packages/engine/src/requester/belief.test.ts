import type { Cid } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { honest, resultOf, type Behaviour, type TestPeer, type TestPeerOptions } from '../testing/mesh.ts';
import { outcomeOf, runJob, sceneOf, viewOf, type Scene } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import { acceptedBy } from '../testing/accepted.ts';

const adaptive = (count: number, more: Parameters<typeof countedSpec>[2] = {}) => countedSpec(count, 2, { verify: { quorum: 2, adaptive: true }, ...more });

/** Workers of which the requester has seen a hundred valid results each; the last ones, as many as said, are strangers. */
function knownScene(seed: number, workers: readonly TestPeerOptions[], strangers = 0): Scene {
  const scene = sceneOf(seed, workers);
  for (const { id } of scene.workers.slice(0, workers.length - strangers)) for (let i = 0; i < 100; i += 1) scene.requester.engine.standings.valid(id);
  return scene;
}

/** Honest for so many runs, and then lying, always or now and then. */
function sleeper(honestRuns: number, liesAt: (run: number) => boolean = () => true): { behaviour: Behaviour; lies: number[] } {
  let run = 0;
  const lies: number[] = [];
  const behaviour: Behaviour = (spec, unit, peer, job) => {
    run += 1;
    if (run <= honestRuns || !liesAt(run)) return honest(spec, unit, peer, job);
    lies.push(unit);
    return { afterMs: 40, outcome: resultOf(unit, ` by ${peer}`) };
  };
  return { behaviour, lies };
}

const wrongIn = (requester: TestPeer, job: Cid): number[] => acceptedBy(requester, job).filter(({ unit, result }) => result !== resultOf(unit).result).map(({ unit }) => unit);

describe('peers with a record', () => {
  it('are believed alone, but for one result in ten', () => {
    const scene = knownScene(1, [{}, {}, {}, {}]);
    const job = runJob(scene, adaptive(200));
    expect(outcomeOf(scene.requester, job)).toBe('done');
    const runs = scene.mesh.executed.length;
    expect(runs).toBeGreaterThan(205);
    expect(runs).toBeLessThan(240);
  });

  it('are believed for what they showed themselves: a stranger that runs the unit as well is not', () => {
    const late: Behaviour = (spec, unit, peer, job) => (unit % 4 === 0 ? { afterMs: 90_000, outcome: resultOf(unit) } : honest(spec, unit, peer, job));
    const lying: Behaviour = (_spec, unit, peer) => ({ afterMs: 10, outcome: resultOf(unit, ` by ${peer}`) });
    const scene = knownScene(2, [{ behaviour: late, slots: 8 }, { behaviour: late, slots: 8 }, { behaviour: late, slots: 8 }, { behaviour: lying }], 1);
    const job = runJob(scene, adaptive(24), 600_000);
    expect(outcomeOf(scene.requester, job)).toBe('done');
    expect(wrongIn(scene.requester, job)).toEqual([]);
  });

  it('that lie from now on are caught before anything of that is accepted', () => {
    for (const seed of [3, 4, 5, 6]) {
      const { behaviour, lies } = sleeper(25);
      const scene = knownScene(seed, [{ behaviour }, {}, {}, {}]);
      const job = runJob(scene, adaptive(400), 120_000);
      expect(outcomeOf(scene.requester, job)).toBe('done');
      expect(lies.length).toBeGreaterThan(0);
      expect(scene.requester.engine.standings.isSuspect(scene.workers[0]?.id as never)).toBe(true);
      expect(wrongIn(scene.requester, job)).toEqual([]);
    }
  });

  it('that lie now and then are caught, and what waited then is run by others', () => {
    for (const seed of [7, 8, 9]) {
      const { behaviour, lies } = sleeper(0, (run) => run % 3 === 0);
      const scene = knownScene(seed, [{ behaviour }, {}, {}, {}]);
      const job = runJob(scene, adaptive(400), 120_000);
      expect(scene.requester.engine.standings.isSuspect(scene.workers[0]?.id as never)).toBe(true);
      // What it showed before a check that it passed is accepted; a third of them do not pass.
      expect(lies.length).toBeGreaterThan(0);
      expect(wrongIn(scene.requester, job).length).toBeLessThanOrEqual(lies.length / 3);
    }
  });

  it('lose what waits in another job as well', () => {
    const { behaviour } = sleeper(0);
    const scene = knownScene(8, [{ behaviour, slots: 1 }, { slots: 1 }, { slots: 1 }]);
    const { mesh, requester } = scene;
    const liar = scene.workers[0]?.id;
    const jobs = [0, 1, 2].map(() => mesh.submit(requester, adaptive(12)));
    const waiting = (): number[] => jobs.map((job) => [...(requester.engine.requested.get(job)?.beliefs.waiting.values() ?? [])].filter((of) => of === liar).length);
    const before: number[][] = [];
    mesh.runUntil(() => {
      before.push(waiting());
      return requester.engine.standings.isSuspect(liar as never);
    }, 120_000);
    expect(requester.engine.standings.isSuspect(liar as never)).toBe(true);
    expect(before.at(-2)?.every((count) => count > 0)).toBe(true);
    expect(waiting()).toEqual([0, 0, 0]);
    mesh.runUntil(() => jobs.every((job) => outcomeOf(requester, job) !== 'open'), 120_000);
    expect(jobs.flatMap((job) => wrongIn(requester, job))).toEqual([]);
  });
});

describe('lone results that wait', () => {
  it('say so, and are there when the deadline comes', () => {
    const stuck: Behaviour = (spec, unit, peer, job) => (unit === 0 ? undefined : honest(spec, unit, peer, job));
    const scene = knownScene(9, [{ behaviour: stuck }, { behaviour: stuck }, { behaviour: stuck }]);
    const job = scene.mesh.submit(scene.requester, adaptive(10, { deadline: scene.mesh.now + 30_000 }));
    scene.mesh.runUntil(() => false, 20_000);
    const { waiting } = scene.requester.engine.requested.get(job)?.beliefs ?? { waiting: new Map() };
    expect(waiting.size).toBeGreaterThan(0);
    expect(viewOf(scene.requester, job).waiting.map(({ code }) => code)).toContain('results-wait');
    scene.mesh.runUntil(() => outcomeOf(scene.requester, job) !== 'open', 20_000);
    scene.mesh.runUntil(() => false, 100);
    expect(viewOf(scene.requester, job)).toMatchObject({ state: 'failed', accepted: 9, reason: { code: 'deadline-passed' } });
  });

  it('are run by others after a crash of the requester: nobody knows any more whom it believed', () => {
    const scene = knownScene(10, [{}, {}, {}]);
    const { mesh, requester } = scene;
    const job = mesh.submit(requester, adaptive(60));
    mesh.runUntil(() => (requester.engine.requested.get(job)?.beliefs.waiting.size ?? 0) > 5, 10_000);
    mesh.kill(requester);
    mesh.restart(requester);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(wrongIn(requester, job)).toEqual([]);
  });
});
