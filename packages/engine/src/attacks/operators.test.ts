import { peerIdOf, proveOperator, type Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { quickSigner } from '../testing/crypto.ts';
import { resultOf, type Behaviour, type TestPeerOptions } from '../testing/mesh.ts';
import { outcomeOf, restOf, runJob, sceneOf, sceneWithEvil, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';

const lying: Behaviour = (_spec, unit) => ({ afterMs: 30, outcome: resultOf(unit, ' (lie)') });

/** Whether a job of two votes a unit is accepted while only these work. */
function accepts(seed: number, workers: TestPeerOptions[], requester: TestPeerOptions = {}): boolean {
  const scene = sceneOf(seed, workers, requester);
  const job = runJob(scene, countedSpec(6), 30_000);
  const codes = viewOf(scene.requester, job).waiting.map(({ code }) => code);
  const isDone = outcomeOf(scene.requester, job) === 'done';
  expect(codes.includes('operators-short')).toBe(!isDone);
  return isDone;
}

describe('peers of one operator', () => {
  it('are no quorum, however many they are; and the job says so', () => {
    expect(accepts(1, [{ operator: 'one' }, { operator: 'one' }, { operator: 'one' }])).toBe(false);
  });

  it('are one with a peer of another, or of nobody', () => {
    expect(accepts(2, [{ operator: 'one' }, { operator: 'one' }, { operator: 'two' }])).toBe(true);
    expect(accepts(3, [{ operator: 'one' }, { operator: 'one' }, {}])).toBe(true);
    expect(accepts(4, [{}, {}])).toBe(true);
  });

  it('cannot outvote two others with a lie, nor get a unit twice', () => {
    const scene = sceneOf(5, [{ operator: 'liar', behaviour: lying }, { operator: 'liar', behaviour: lying }, { operator: 'liar', behaviour: lying }, {}, {}, {}]);
    const job = runJob(scene, countedSpec(20));
    expect(outcomeOf(scene.requester, job)).toBe('done');
    const { units } = scene.requester.engine.requested.get(job)?.ledger ?? { units: new Map() };
    expect(units.size).toBe(20);
    for (const [unit, { accepted }] of units) expect([...accepted.keys()]).toEqual([resultOf(unit).result]);
    const liars = new Set(scene.workers.slice(0, 3).map(({ id }) => id));
    const runs = scene.mesh.executed.filter(({ peer }) => liars.has(peer)).map(({ unit }) => unit);
    expect(runs.length).toBe(new Set(runs).size);
    expect(restOf(scene.mesh)).toEqual([]);
  });

  it('are known from a proof of their own alone: a copied one says nothing', () => {
    const { mesh, requester, workers, evil } = sceneWithEvil(6, [{ operator: 'one' }]);
    const stolen = proveOperator(quickSigner(new TextEncoder().encode('one')), workers[0]?.id as never);
    const bid = evil.bid.bind(evil);
    evil.bid = (more = {}): Fact => bid({ ...more, operator: stolen });
    const job = mesh.submit(requester, countedSpec(4));
    mesh.runUntil(() => evil.lease !== '', 5_000);
    const { origins } = requester.engine.requested.get(job)?.ledger ?? { origins: new Map() };
    expect(origins.get(workers[0]?.id as never)?.size).toBe(1);
    expect(origins.has(evil.id)).toBe(false);
  });

  it('have one standing: a lie of one of them is the operator’s', () => {
    const scene = sceneOf(7, [{ operator: 'one', behaviour: lying }, {}, {}, {}]);
    runJob(scene, countedSpec(20));
    const [liar] = scene.workers;
    const { standings } = scene.requester.engine;
    expect(standings.of(liar?.id as never).invalid).toBeGreaterThan(0);
    const other = 'another of them' as never;
    standings.belongs(other, quickOperator('one'));
    expect(standings.unreliability(other)).toBe(standings.unreliability(liar?.id as never));
  });
});

describe('the operator of a worker', () => {
  it('is known after a restart of the requester as well', () => {
    const scene = sceneOf(8, [{ operator: 'one' }, {}, {}]);
    const { mesh, requester, workers } = scene;
    const job = mesh.submit(requester, countedSpec(300));
    mesh.runUntil(() => (requester.engine.requested.get(job)?.settled.size ?? 0) > 20, 20_000);
    mesh.kill(requester);
    mesh.restart(requester);
    mesh.runUntil(() => false, 10);
    expect(requester.engine.standings.holderOf(workers[0]?.id as never)).toBe(quickOperator('one'));
  });

  it('is the one under which it was given its leases, until it holds none', () => {
    const { mesh, requester, evil } = sceneWithEvil(9);
    const bid = evil.bid.bind(evil);
    const callItself = (name: string): void => {
      evil.bid = (more = {}): Fact => bid({ ...more, operator: proveOperator(quickSigner(new TextEncoder().encode(name)), evil.id) });
    };
    callItself('one');
    const first = mesh.submit(requester, countedSpec(300));
    mesh.runUntil(() => evil.lease !== '', 5_000);
    const { lease } = evil;
    callItself('two');
    mesh.submit(requester, countedSpec(300));
    mesh.runUntil(() => evil.lease !== lease, 5_000);
    expect([evil.lease === lease, outcomeOf(requester, first)]).toEqual([false, 'open']);
    expect(requester.engine.standings.holderOf(evil.id)).toBe(quickOperator('one'));
  });
});

function quickOperator(name: string): never {
  const proof = proveOperator(quickSigner(new TextEncoder().encode(name)), 'nobody' as never);
  return peerIdOf(proof.key) as never;
}

describe('peers in one block of addresses', () => {
  const at = (host: string, more: TestPeerOptions = {}): TestPeerOptions => ({ address: `/ip4/${host}/tcp/4001`, ...more });

  it('count once, where the requester says that they do', () => {
    const block = [at('203.0.113.1'), at('203.0.113.2'), at('203.0.113.3')];
    expect(accepts(11, block, { sameNetwork: 'public' })).toBe(false);
    expect(accepts(12, block, { sameNetwork: 'none' })).toBe(true);
    expect(accepts(13, [...block, at('198.51.100.1')], { sameNetwork: 'public' })).toBe(true);
  });

  it('of a private network count each, unless that is to be so too', () => {
    const lan = [at('192.168.1.1'), at('192.168.1.2')];
    expect(accepts(14, lan, { sameNetwork: 'public' })).toBe(true);
    expect(accepts(15, lan, { sameNetwork: 'all' })).toBe(false);
  });

  it('are not made one with those of another by somebody with a foot in each', () => {
    const feet = [at('203.0.113.9', { operator: 'both' }), at('198.51.100.9', { operator: 'both' })];
    expect(accepts(16, [at('203.0.113.1'), at('198.51.100.1'), ...feet], { sameNetwork: 'public' })).toBe(true);
  });
});
