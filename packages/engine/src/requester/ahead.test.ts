import type { Cid, PeerId } from '@shoal/runtime';
import type { JobSpec, Message } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { resultOf, type Behaviour, type TestPeer, type TestPeerOptions } from '../testing/mesh.ts';
import { outcomeOf, restOf, runJob, sceneOf, viewOf, type Scene } from '../testing/scene.ts';
import { countedSpec, dataset, holding, shardSpec } from '../testing/specs.ts';

const quick: Behaviour = (_spec, unit) => ({ afterMs: 1, outcome: resultOf(unit) });
const one = (more: Partial<JobSpec> = {}): JobSpec => countedSpec(1, 1, more);

/** Every message takes 10 ms, so that times count ways. */
function sceneIn10Ms(workers: readonly TestPeerOptions[], seed = 3): Scene & { heard: { type: Message['type']; to: PeerId }[] } {
  const scene = sceneOf(seed, workers.map((options) => ({ slots: 1, behaviour: quick, ...options })));
  const heard: { type: Message['type']; to: PeerId }[] = [];
  scene.mesh.maxDelayMs = 0;
  scene.mesh.inOrder = true;
  scene.mesh.minDelayMs = 10;
  scene.mesh.passes = (_from, to, message) => {
    if (message !== undefined) heard.push({ type: message.type, to });
    return true;
  };
  return { ...scene, heard };
}

function timed(scene: Scene, spec: JobSpec): { job: Cid; ms: number } {
  const begunAt = scene.mesh.now;
  const job = runJob(scene, spec);
  expect(outcomeOf(scene.requester, job)).toBe('done');
  return { job, ms: scene.mesh.now - begunAt };
}

const workersOf = ({ requester }: Scene, job: Cid): string[] => viewOf(requester, job).workers.filter(({ accepted }) => accepted > 0).map(({ peer }) => peer);

describe('the next job of a kind', () => {
  it('goes to whoever had a lease of the last one, in one way there and one back', () => {
    const scene = sceneIn10Ms([{}, {}]);
    const first = timed(scene, one());
    scene.mesh.runUntil(() => false, 1_000);
    scene.heard.length = 0;
    const next = timed(scene, one());
    expect(first.ms).toBeGreaterThanOrEqual(60);
    expect(next.ms).toBeLessThan(25);
    expect(scene.heard.filter(({ type }) => type === 'offer').length).toBe(1); // nobody else is asked
    expect(workersOf(scene, next.job)).toEqual(workersOf(scene, first.job));
    expect(viewOf(scene.requester, next.job).bids).toBe(1); // its bid is in the ledger all the same
    expect(restOf(scene.mesh)).toEqual([]);
    expect(scene.requester.engine.kept.size).toBe(0);
  });

  it('asks anew after a while, for another program, and where shards must not move', () => {
    const scene = sceneIn10Ms([{ holdings: [holding(1, () => true)] }]);
    timed(scene, one());
    expect(timed(scene, one({ args: ['other'] })).ms).toBeLessThan(25);
    expect(timed(scene, one({ program: { ...one().program, cid: dataset } })).ms).toBeGreaterThanOrEqual(60);
    expect(timed(scene, one({ where: '!spot' })).ms).toBeGreaterThanOrEqual(60);
    timed(scene, shardSpec(1, 'never', 1));
    expect(timed(scene, shardSpec(1, 'never', 1)).ms).toBeGreaterThanOrEqual(60);
    scene.mesh.runUntil(() => false, 11_000);
    expect(timed(scene, one()).ms).toBeGreaterThanOrEqual(60);
  });

  it('is declined where the owner has changed their mind, and goes to the next at once', () => {
    const scene = sceneIn10Ms([{}, {}]);
    const first = timed(scene, one());
    const had = scene.workers.find(({ id }) => workersOf(scene, first.job).includes(id)) as TestPeer;
    had.config.policy = { denied: new Set([scene.requester.id]) };
    const next = timed(scene, one());
    expect(next.ms).toBeLessThan(100);
    expect(workersOf(scene, next.job)).not.toContain(had.id);
    expect(scene.mesh.executed.filter(({ job, peer }) => job === next.job && peer === had.id)).toEqual([]);
    expect(viewOf(scene.requester, next.job).workers.find(({ peer }) => peer === had.id)?.reasons[0]?.code).toBe('requester-denied');
    expect(restOf(scene.mesh)).toEqual([]);
  });

  it('loses seconds, and no unit, where whoever had it is silent', () => {
    const scene = sceneIn10Ms([{}, {}]);
    const first = timed(scene, one());
    const [had] = workersOf(scene, first.job);
    scene.mesh.passes = (from, to) => from !== had && to !== had;
    const next = timed(scene, one());
    expect(next.ms).toBeLessThan(5_000);
    expect(workersOf(scene, next.job)).not.toContain(had);
  });

  it('asks others as well where whoever had it is busy for somebody else', () => {
    const scene = sceneIn10Ms([{ behaviour: (spec, unit) => ({ afterMs: spec.name === 'long' ? 60_000 : 1, outcome: resultOf(unit) }) }]);
    const { mesh, workers } = scene;
    timed(scene, one());
    const other = mesh.add({ slots: 0 });
    mesh.runUntil(() => false, 1_000);
    mesh.submit(other, one({ name: 'long' }));
    mesh.runUntil(() => (workers[0]?.running.size ?? 0) > 0, 1_000);
    const idle = mesh.add({ slots: 1, behaviour: quick });
    mesh.runUntil(() => false, 1_000);
    const next = timed(scene, one());
    expect(next.ms).toBeLessThan(1_000);
    expect(workersOf(scene, next.job)).toEqual([idle.id]);
  });

  it('keeps nobody from their turn: a slot is never held', () => {
    const scene = sceneIn10Ms([{ behaviour: (_spec, unit) => ({ afterMs: 50, outcome: resultOf(unit) }) }]);
    const { mesh, requester } = scene;
    timed(scene, one());
    const other = mesh.add({ slots: 0 });
    mesh.runUntil(() => false, 1_000);
    let last = mesh.submit(requester, one());
    const modest = mesh.submit(other, countedSpec(10, 1));
    const begunAt = mesh.now;
    mesh.runUntil(() => {
      if (outcomeOf(requester, last) !== 'open') last = mesh.submit(requester, one()); // the next one in the same moment
      return outcomeOf(other, modest) !== 'open';
    }, 60_000);
    expect(outcomeOf(other, modest)).toBe('done');
    expect(mesh.now - begunAt).toBeLessThan(2_000); // ten turns of two
  });

  it('spreads jobs that are posted together', () => {
    const scene = sceneIn10Ms([{}, {}]);
    timed(scene, countedSpec(1, 2));
    const jobs = [scene.mesh.submit(scene.requester, one()), scene.mesh.submit(scene.requester, one())];
    scene.mesh.runUntil(() => jobs.every((job) => outcomeOf(scene.requester, job) === 'done'), 5_000);
    expect(new Set(jobs.flatMap((job) => workersOf(scene, job))).size).toBe(2);
  });

  it('has the bid in its ledger though that was lost on the way', () => {
    const scene = sceneIn10Ms([{ behaviour: (spec, unit) => ({ afterMs: spec.name === 'long' ? 10_000 : 1, outcome: resultOf(unit) }) }]);
    const { mesh, requester } = scene;
    timed(scene, one());
    const job = mesh.submit(requester, one({ name: 'long' }));
    let lost = 0;
    mesh.passes = (_from, to, message) => to !== requester.id || message?.type !== 'entries' || (lost += 1) > 1; // the first word of its worker
    mesh.runUntil(() => false, 1_000);
    expect(lost).toBeGreaterThan(0);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect([outcomeOf(requester, job), viewOf(requester, job).bids]).toEqual(['done', 1]);
  });

  it('is forgotten in a crash of either, harmlessly', () => {
    const scene = sceneIn10Ms([{}]);
    const { mesh, requester, workers } = scene;
    timed(scene, one());
    const [worker] = workers as [TestPeer];
    mesh.kill(worker);
    mesh.restart(worker);
    mesh.runUntil(() => false, 200);
    timed(scene, one());
    mesh.kill(requester);
    mesh.restart(requester);
    mesh.runUntil(() => false, 2_000);
    expect(requester.engine.kept.size).toBe(0);
    timed(scene, one());
    const job = mesh.submit(requester, one()); // given ahead, and its requester dies before anybody answers
    mesh.kill(requester);
    mesh.runUntil(() => false, 1_000);
    mesh.restart(requester);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 30_000);
    expect(outcomeOf(requester, job)).toBe('done');
  });

  it('is kept within bounds, whatever is posted', () => {
    const scene = sceneIn10Ms([{ slots: 1 }]);
    for (let i = 0; i < 70; i += 1) timed(scene, one({ resources: { ...one().resources, memoryBytes: 65_536 + i } }));
    expect(scene.requester.engine.kept.size).toBeLessThanOrEqual(64);
  });
});
