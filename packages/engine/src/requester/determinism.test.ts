import { describe, expect, it } from 'vitest';
import { resultOf, TestMesh, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { outcomeOf, restOf, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

/** What peers of a class come to; honest ones of another come to something else. */
const of = (name: string): Behaviour => (_spec, unit) => ({ afterMs: 20, outcome: resultOf(unit, ` of ${name}`) });

function meshWith(seed: number, classes: readonly string[], own = 'none'): { mesh: TestMesh; requester: TestPeer; workers: TestPeer[] } {
  const mesh = new TestMesh(seed);
  const requester = mesh.add({ slots: 0, determinismClass: own });
  const workers = classes.map((name) => mesh.add({ slots: 1, behaviour: of(name), determinismClass: name }));
  mesh.runUntil(() => false, 2_000);
  return { mesh, requester, workers };
}

describe('results of several determinism classes', () => {
  it('are never compared with each other: a job runs within the class that has most peers', () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { mesh, requester, workers } = meshWith(seed, ['arm', 'x64', 'arm', 'x64', 'x64'], 'arm');
      const job = mesh.submit(requester, countedSpec(12, 2));
      mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
      expect(outcomeOf(requester, job)).toBe('done');
      expect(viewOf(requester, job)).toMatchObject({ determinismClass: 'x64' });
      expect(requester.engine.requested.get(job)?.ledger.units.values().every(({ revealed }) => new Set([...revealed.values()].flatMap((shown) => [...shown.values()].map(({ result }) => result))).size === 1)).toBe(true);
      const ran = new Set(mesh.executed.map(({ peer }) => peer));
      expect([...ran].every((peer) => workers.find(({ id }) => id === peer)?.config.determinismClass === 'x64')).toBe(true);
      for (const { id } of workers) expect(requester.engine.standings.isSuspect(id)).toBe(false);
      expect(restOf(mesh)).toEqual([]);
    }
  });

  it('are those of the requester\'s own where as many peers are of it, or the one it asks for', () => {
    const { mesh, requester } = meshWith(6, ['arm', 'x64', 'arm', 'x64'], 'x64');
    for (const [asked, used] of [[undefined, 'x64'], ['arm', 'arm']] as const) {
      const job = mesh.submit(requester, countedSpec(4, 2, { verify: { quorum: 2, ...(asked === undefined ? {} : { class: asked }) } }));
      mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
      expect([outcomeOf(requester, job), viewOf(requester, job).determinismClass]).toEqual(['done', used]);
    }
  });

  it('may all be taken where one peer is enough', () => {
    const { mesh, requester } = meshWith(7, ['arm', 'x64'], 'none');
    const job = mesh.submit(requester, countedSpec(40, 1));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(viewOf(requester, job).determinismClass).toBeUndefined();
    expect(new Set(mesh.executed.map(({ peer }) => peer)).size).toBe(2);
  });

  it('leave a job waiting whose quorum no class has, and say of which peers there are', () => {
    const { mesh, requester } = meshWith(8, ['arm', 'x64', 'riscv'], 'x64');
    const job = mesh.submit(requester, countedSpec(4, 2));
    mesh.runUntil(() => false, 20_000);
    expect(viewOf(requester, job).waiting).toContainEqual({ code: 'class-differs', text: 'results are compared within class x64, of which 1 peers are known; of others: 1 of arm, 1 of riscv' });
    mesh.add({ slots: 1, behaviour: of('x64'), determinismClass: 'x64' });
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
  });

  it('are refused by whoever is asked all the same', () => {
    const { mesh, requester, workers } = meshWith(9, ['arm', 'arm'], 'arm');
    const [liar] = workers as [TestPeer];
    liar.config.determinismClass = 'x64'; // its advert still says otherwise
    const job = mesh.submit(requester, countedSpec(2, 2));
    mesh.runUntil(() => false, 5_000);
    expect(viewOf(requester, job).workers.find(({ peer }) => peer === liar.id)?.reasons[0]?.code).toBe('class-differs');
    expect(mesh.executed.some(({ peer }) => peer === liar.id)).toBe(false);
  });
});

describe('whoever names a class of its own', () => {
  const lies: Behaviour = (_spec, unit) => ({ afterMs: 5, outcome: resultOf(unit, ' (false)') });

  it('does not get a job by the slots that it claims, to be compared with its accomplice alone', () => {
    const { mesh, requester } = meshWith(10, ['x64', 'x64', 'x64']);
    for (let i = 0; i < 2; i += 1) mesh.add({ slots: 1_000_000, behaviour: lies, determinismClass: 'own' });
    expect(mesh.runUntil(() => requester.engine.roster.size === 6, 10_000)).toBe(true);
    const job = mesh.submit(requester, countedSpec(12, 2));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(viewOf(requester, job)).toMatchObject({ state: 'done', determinismClass: 'x64' });
  });

  it('does not get it by many names either, once others have a record', () => {
    const { mesh, requester } = meshWith(11, ['x64', 'x64']);
    const first = mesh.submit(requester, countedSpec(4, 2));
    expect(mesh.runUntil(() => outcomeOf(requester, first) === 'done', 60_000)).toBe(true);
    for (let i = 0; i < 8; i += 1) mesh.add({ behaviour: lies, determinismClass: 'own' });
    expect(mesh.runUntil(() => requester.engine.roster.size === 11, 10_000)).toBe(true);
    const second = mesh.submit(requester, countedSpec(4, 2));
    mesh.runUntil(() => outcomeOf(requester, second) !== 'open', 60_000);
    expect(viewOf(requester, second)).toMatchObject({ state: 'done', determinismClass: 'x64' });
  });

  it('counts once where its peers are of one operator that is known', () => {
    const { mesh, requester } = meshWith(12, ['x64', 'x64']);
    const many = [0, 1, 2].map(() => mesh.add({ behaviour: lies, determinismClass: 'own' }));
    for (const { id } of many) requester.engine.standings.belongs(id, requester.id);
    expect(mesh.runUntil(() => requester.engine.roster.size === 6, 10_000)).toBe(true);
    const job = mesh.submit(requester, countedSpec(4, 2));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(viewOf(requester, job)).toMatchObject({ state: 'done', determinismClass: 'x64' });
  });
});

describe('the class of a job', () => {
  it('is one of those who may run it: a class that most have is no use where its labels fit none of them', () => {
    const { mesh, requester } = meshWith(13, ['x64', 'x64', 'x64']);
    for (let i = 0; i < 2; i += 1) mesh.add({ behaviour: of('arm'), determinismClass: 'arm', labels: { region: 'eu' } });
    expect(mesh.runUntil(() => requester.engine.roster.size === 6, 10_000)).toBe(true);
    const job = mesh.submit(requester, countedSpec(4, 2, { where: 'region=eu' }));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(viewOf(requester, job)).toMatchObject({ state: 'done', determinismClass: 'arm' });
  });

  it('is one with enough peers for the quorum, though one of another has a record', () => {
    const { mesh, requester, workers } = meshWith(14, ['x64', 'arm', 'arm']);
    for (const { id } of workers.slice(0, 1)) requester.engine.standings.valid(id);
    const job = mesh.submit(requester, countedSpec(4, 2));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(viewOf(requester, job)).toMatchObject({ state: 'done', determinismClass: 'arm' });
  });
});
