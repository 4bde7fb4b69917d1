import type { Cid } from '@shoal/runtime';
import type { Fact, JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { acceptedResult } from '../ledger/unit-facts.ts';
import { beginReconcile, SortedIds } from '../ledger/reconcile.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { resultOf, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { outcomeOf, restOf, sceneOf, type Scene } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import { unitViews } from '../views/job-view.ts';

const units = 20;
const slow: Behaviour = (_spec, unit) => ({ afterMs: 900, outcome: resultOf(unit) });
const spec = (more: Partial<JobSpec> = {}): JobSpec => countedSpec(units, 2, { stewards: 1, window: 2, ...more });

/** A steward that takes what it is given, says what a test makes it say, and tells that it is there. */
class EvilSteward extends Puppet {
  posted: Uint8Array | undefined;
  delegated: Uint8Array | undefined;
  named = false;

  constructor(scene: Scene) {
    super(scene.mesh);
    this.onMessage = (from, message) => {
      if (message.type !== 'acting') return;
      this.delegated = message.delegated;
      this.named = true;
      this.send(from, { type: 'reconcile', job: message.job, ...beginReconcile(new SortedIds(quickCrypto)) });
    };
    this.advertise({ slots: 0, free: 0, roles: ['steward', 'keeper'] });
    scene.mesh.runUntil(() => false, 100);
  }

  /** Says that it acts, as long as time goes on. */
  act(to: readonly TestPeer[], job: Cid): void {
    for (const peer of to) this.send(peer, { type: 'acting', job, forMs: 600_000, ...(this.delegated === undefined ? {} : { delegated: this.delegated }) });
  }
}

/** A job that lasts for minutes. */
const long: Partial<JobSpec> = { units: { kind: 'count', count: 1_000 } };

function withSteward(seed: number, more: Partial<JobSpec> = {}): Scene & { evil: EvilSteward; job: Cid } {
  const scene = sceneOf(seed, [{ behaviour: slow }, { behaviour: slow }, { behaviour: slow }]);
  const evil = new EvilSteward(scene);
  const job = scene.mesh.submit(scene.requester, spec(more));
  expect(scene.mesh.runUntil(() => evil.named, 20_000)).toBe(true);
  return { ...scene, evil, job };
}

const ledgerOf = ({ requester, job }: { requester: TestPeer; job: Cid }) => requester.engine.requested.get(job)?.ledger;

function expectRight(scene: { requester: TestPeer; job: Cid }): void {
  const ledger = ledgerOf(scene);
  for (let unit = 0; unit < units; unit += 1) {
    expect(ledger === undefined ? undefined : acceptedResult(ledger.unit(unit), scene.requester.id)?.result).toBe(resultOf(unit).result);
  }
}

/** Accepts a lie for every unit, with workers that never said so. */
function lies(workers: readonly TestPeer[]): Fact[] {
  return Array.from({ length: units }, (_, unit) => ({ kind: 'accepted' as const, unit, result: resultOf(unit, ' (lie)').result, workers: workers.map(({ id }) => id) }));
}

describe('a steward', () => {
  it('that accepts without a quorum is not believed: what workers showed decides, and its lies show as disputes', () => {
    const scene = withSteward(1);
    const { mesh, requester, workers, evil, job } = scene;
    evil.say(requester, job, ...lies(workers));
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
    expectRight(scene);
    const ledger = ledgerOf(scene);
    expect(ledger === undefined ? [] : unitViews(ledger).map(({ state }) => state)).toEqual(Array.from({ length: units }, () => 'disputed'));
    expect(mesh.executed.length).toBeLessThanOrEqual(2 * units + 2);
  });

  it('that lies does not make a liar of one that accepts what is true', () => {
    const scene = sceneOf(7, [{ behaviour: slow }, { behaviour: slow }, { behaviour: slow }]);
    const { mesh, requester, workers } = scene;
    const [liar, other] = [new EvilSteward(scene), new EvilSteward(scene)];
    const job = mesh.submit(requester, spec({ stewards: 2 }));
    expect(mesh.runUntil(() => liar.named && other.named, 20_000)).toBe(true);
    liar.say(requester, job, ...lies(workers));
    expect(mesh.runUntil(() => (requester.engine.requested.get(job)?.settled.size ?? 0) >= 4, 30_000)).toBe(true);
    mesh.runUntil(() => false, 100);
    for (const unit of requester.engine.requested.get(job)?.settled.keys() ?? []) other.say(requester, job, { kind: 'accepted', unit, result: resultOf(unit).result, workers: workers.map(({ id }) => id) });
    liar.say(requester, job, ...lies(workers.slice(1)));
    mesh.runUntil(() => false, 500);
    expect([liar, other].map(({ id }) => requester.engine.standings.of(id).invalid > 0)).toEqual([true, false]);
    expect(workers.map(({ id }) => requester.engine.standings.of(id).invalid)).toEqual([0, 0, 0]);
  });

  it('that lies to workers and requester while that is away costs runs, and no result', () => {
    const scene = withSteward(2);
    const { mesh, requester, workers, evil, job } = scene;
    mesh.runUntil(() => (requester.engine.requested.get(job)?.settled.size ?? 0) >= 4, 30_000);
    mesh.kill(requester);
    mesh.runUntil(() => false, 20_000);
    evil.act(workers, job);
    for (const worker of workers) evil.say(worker, job, ...lies(workers), { kind: 'abandoned', unit: 19, reason: { code: 'x', text: '' } });
    for (const { id, engine } of workers) evil.say(id, job, { kind: 'released', lease: engine.worked.get(job)?.lease ?? '', worker: id, reason: { code: 'x', text: '' } });
    mesh.runUntil(() => false, 20_000);
    mesh.restart(requester);
    evil.say(requester, job, ...lies(workers), { kind: 'abandoned', unit: 19, reason: { code: 'x', text: '' } });
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 240_000)).toBe(true);
    expectRight(scene);
    expect(restOf(mesh)).toEqual([]);
  });

  it('that says that it acts while the requester does takes no worker over', () => {
    const { mesh, requester, workers, evil, job } = withSteward(3, long);
    mesh.runUntil(() => false, 6_000);
    evil.act([requester, ...workers], job);
    mesh.runUntil(() => false, 1_000);
    expect(workers.map(({ engine }) => engine.worked.get(job)?.reportsTo)).toEqual(workers.map(() => requester.id));
  });

  it('cannot cancel, delegate, or fill the ledger', () => {
    const scene = withSteward(4);
    const { mesh, requester, workers, evil, job } = scene;
    const reason = { code: 'cancelled', text: 'x'.repeat(1_000) };
    for (const peer of [requester, ...workers]) evil.say(peer, job, { kind: 'cancelled', reason }, { kind: 'delegated', term: 99, stewards: [evil.id], keepers: [evil.id] });
    for (let i = 0; i < 40; i += 1) evil.say(requester, job, ...Array.from({ length: 250 }, (): Fact => ({ kind: 'abandoned', unit: 1, reason: { ...reason, code: `${i}` } })));
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
    expectRight(scene);
    expect(ledgerOf(scene)?.delegations.current?.term).toBeLessThan(99);
    expect(ledgerOf(scene)?.bytesBy(evil.id)).toBeLessThan(requester.config.timings.maxWorkedLedgerBytes + 4_096 * units);
  });
});

describe('a stranger', () => {
  it('that delegates somebody else’s job to itself is nobody: workers stay, stewards refuse', () => {
    const scene = sceneOf(5, [{ behaviour: slow }, { behaviour: slow }, { roles: ['steward'], slots: 0 }]);
    const { mesh, requester, workers } = scene;
    const evil = new Puppet(mesh);
    const job = mesh.submit(requester, spec({ stewards: 0 }));
    mesh.runUntil(() => (requester.engine.requested.get(job)?.settled.size ?? 0) >= 2, 30_000);
    const posted = requester.engine.requested.get(job)?.ledger.entries.get(job)?.bytes;
    const forged = evil.entry(job, { kind: 'delegated', term: 1, stewards: [evil.id, workers[2]?.id as never], keepers: [] });
    for (const peer of mesh.peers) evil.send(peer, { type: 'acting', job, forMs: 600_000, delegated: forged.bytes, ...(posted === undefined ? {} : { posted }) });
    for (const peer of mesh.peers) evil.send(peer, { type: 'offer', posted: posted as Uint8Array, delegated: forged.bytes });
    mesh.runUntil(() => false, 2_000);
    expect(workers.slice(0, 2).map(({ engine }) => engine.worked.get(job)?.reportsTo)).toEqual([requester.id, requester.id]);
    expect(mesh.peers.filter(({ engine }) => engine.stewarded.size > 0)).toEqual([]);
    expect(evil.heard.some(({ type }) => type === 'entries')).toBe(false); // nobody bids to it
    expect(mesh.runUntil(() => outcomeOf(requester, job) === 'done', 60_000)).toBe(true);
  });

  it('that is named in an earlier delegation only is not followed', () => {
    const scene = sceneOf(6, [{ behaviour: slow }, { behaviour: slow }, { behaviour: slow }]);
    const { mesh, requester, workers } = scene;
    const evil = new EvilSteward(scene);
    const job = mesh.submit(requester, spec(long));
    mesh.runUntil(() => evil.named, 20_000);
    const better = mesh.add({ slots: 0, roles: ['steward'] });
    evil.onMessage = () => {}; // silent from now on
    expect(mesh.runUntil(() => requester.engine.requested.get(job)?.ledger.delegations.current?.stewards.includes(better.id) === true, 60_000)).toBe(true);
    mesh.runUntil(() => false, 6_000);
    mesh.kill(requester);
    mesh.runUntil(() => false, 16_000);
    evil.act(workers, job);
    mesh.runUntil(() => false, 1_000);
    expect(workers.map(({ engine }) => engine.worked.has(job))).toEqual([true, true, true]);
    for (const { engine } of workers) expect(engine.worked.get(job)?.reportsTo).not.toBe(evil.id);
  });
});
