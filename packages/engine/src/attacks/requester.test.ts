import type { Cid } from '@shoal/runtime';
import { limits, type Entry, type Fact, type JobSpec } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { leftoversOf } from '../testing/leftovers.ts';
import { TestMesh, type Behaviour, type TestPeer } from '../testing/mesh.ts';
import { Puppet } from '../testing/outsider.ts';
import { outcomeOf, restOf, sceneOf } from '../testing/scene.ts';
import { countedSpec, shardSpec } from '../testing/specs.ts';
import { weigh } from '../testing/weigh.ts';

const endless: Behaviour = () => undefined;

interface Attack {
  mesh: TestMesh;
  worker: TestPeer;
  evil: Puppet;
}

function attackOn(seed: number, behaviour?: Behaviour): Attack {
  const mesh = new TestMesh(seed);
  const worker = mesh.add(behaviour === undefined ? {} : { behaviour });
  worker.config.timings.leaseTermMs = 60_000;
  const evil = new Puppet(mesh);
  mesh.runUntil(() => false, 1_000);
  return { mesh, worker, evil };
}

let nonce = 0;
function posting(evil: Puppet, spec: JobSpec): Entry {
  nonce += 1;
  return evil.entry(undefined, { kind: 'posted', mesh: 'test', spec, nonce: new Uint8Array(16).fill(nonce & 255, 0, 8).fill(nonce >> 8, 8) });
}

function leaseFact({ mesh, worker }: Attack, lease = '0', termMs = 600_000): Fact {
  return { kind: 'leased', lease, worker: worker.id, until: mesh.now + termMs };
}

/** Offers a job and awards it; returns its id once the worker has the lease. */
function engage(attack: Attack, spec: JobSpec, lease?: Fact): Cid {
  const { mesh, worker, evil } = attack;
  const posted = posting(evil, spec);
  evil.send(worker, { type: 'offer', posted: posted.bytes });
  mesh.runUntil(() => false, 20);
  evil.say(worker, posted.id, lease ?? leaseFact(attack));
  mesh.runUntil(() => worker.engine.worked.has(posted.id), 20);
  expect(worker.engine.worked.has(posted.id)).toBe(true);
  return posted.id;
}

function held(worker: TestPeer, job: Cid): number {
  const worked = worker.engine.worked.get(job);
  return worked === undefined ? 0 : worked.queue.length + worked.running.size + worked.done.size;
}

describe('a worker keeps to its bounds, and lets go in the end, when a requester', () => {
  it('gives it far more units than it wants, some of them no units of the job', () => {
    const attack = attackOn(1, endless);
    const job = engage(attack, countedSpec(3_000));
    const { mesh, worker, evil } = attack;
    for (let i = 0; i < 20; i += 1) {
      const run = Array.from({ length: limits.maxWindowUnits }, (_, unit) => i * limits.maxWindowUnits + unit);
      evil.send(worker, { type: 'assign', job, lease: '0', run, drop: [] });
    }
    evil.send(worker, { type: 'assign', job, lease: '0', run: [3_000, limits.maxUnits - 1], drop: [] });
    mesh.runUntil(() => false, 10_000);
    expect(held(worker, job)).toBeLessThanOrEqual(limits.maxWindowUnits);
    expect([...worker.running].map((key) => Number(key.split('/')[1])).every((unit) => unit < 3_000)).toBe(true);
    const pulls = evil.heard.filter(({ type }) => type === 'pull');
    expect(pulls.length).toBeGreaterThan(2);
    evil.send(worker, { type: 'unknownLease', job, lease: '0', reason: { code: 'x', text: '' } });
    expect(restOf(mesh)).toEqual([]);
  });

  it('never asks to see a result, and then falls silent for good', () => {
    const attack = attackOn(2);
    const job = engage(attack, countedSpec(3_000));
    const { mesh, worker, evil } = attack;
    let next = 0;
    evil.onMessage = (_from, message) => {
      if (message.type !== 'pull' || message.want === 0) return;
      const run = Array.from({ length: message.want }, () => (next += 1) - 1).filter((unit) => unit < 3_000);
      evil.send(worker, { type: 'assign', job, lease: '0', run, drop: [] });
    };
    mesh.runUntil(() => false, 60_000);
    expect(held(worker, job)).toBeLessThanOrEqual(worker.engine.config.timings.maxUnsettledUnits);
    evil.onMessage = () => {};
    expect(restOf(mesh, 70_000)).toEqual([]);
  });

  it('gives leases that would last for ever', () => {
    const attack = attackOn(3);
    engage(attack, countedSpec(3), leaseFact(attack, '0', 1e12));
    expect(restOf(attack.mesh, 70_000)).toEqual([]);
  });

  it('awards one job twice, and uses a name of a lease again', () => {
    const attack = attackOn(4, endless);
    const job = engage(attack, countedSpec(30));
    const { mesh, worker, evil } = attack;
    evil.say(worker, job, leaseFact(attack, '1'));
    evil.say(worker, job, leaseFact(attack, '0'));
    evil.send(worker, { type: 'assign', job, lease: '1', run: [5], drop: [] });
    mesh.runUntil(() => false, 100);
    expect(worker.engine.worked.size).toBe(1);
    expect(held(worker, job)).toBe(0);
    const other = engage(attack, countedSpec(31), leaseFact(attack, '0'));
    evil.send(worker, { type: 'assign', job: other, lease: '0', run: [1], drop: [] });
    mesh.runUntil(() => false, 100);
    expect([held(worker, job), held(worker, other)]).toEqual([0, 1]);
    for (const of of [job, other]) evil.say(worker, of, { kind: 'cancelled', reason: { code: 'x', text: '' } });
    expect(restOf(mesh)).toEqual([]);
  });

  it('posts a thousand jobs at it, large ones, and awards them all', () => {
    const attack = attackOn(5, endless);
    const { mesh, worker, evil } = attack;
    const args = Array.from({ length: 8 }, () => 'x'.repeat(4_000)); // 32 kB each
    evil.onMessage = (from, message) => {
      if (message.type === 'entries') evil.say(from, message.job, leaseFact(attack));
    };
    const before = weigh(worker.engine).bytes;
    for (let i = 0; i < 1_000; i += 1) {
      evil.send(worker, { type: 'offer', posted: posting(evil, countedSpec(3, 2, { args })).bytes });
      if (i % 50 === 49) mesh.runUntil(() => false, 5);
    }
    mesh.runUntil(() => false, 1_000);
    const { maxWorkedJobs, maxBids } = worker.config.timings;
    expect(worker.engine.worked.size).toBeLessThanOrEqual(maxWorkedJobs);
    expect(worker.engine.bidding.size).toBeLessThanOrEqual(maxBids);
    expect(evil.heard.filter(({ type }) => type === 'decline').length).toBeGreaterThan(500);
    expect(weigh(worker.engine).bytes - before).toBeLessThan(maxWorkedJobs * 2e5);
    evil.onMessage = () => {};
    expect(restOf(mesh, 70_000)).toEqual([]);
  });

  it('offers a thousand large jobs and awards none', () => {
    const attack = attackOn(6);
    const { mesh, worker, evil } = attack;
    const args = Array.from({ length: 8 }, () => 'x'.repeat(4_000)); // 32 kB each: 256 of them would be 8 MB
    worker.config.timings.maxBidBytes = 2e6;
    const before = weigh(worker.engine).bytes;
    for (let i = 0; i < 1_000; i += 1) {
      evil.send(worker, { type: 'offer', posted: posting(evil, countedSpec(3, 2, { args })).bytes });
      if (i % 50 === 49) mesh.runUntil(() => false, 5);
    }
    mesh.runUntil(() => false, 500);
    expect(worker.engine.bidding.size).toBeLessThanOrEqual(worker.config.timings.maxBids);
    expect(weigh(worker.engine).bytes - before).toBeLessThan(6e6);
    mesh.runUntil(() => false, 60_000);
    expect(worker.engine.bidding.size).toBe(0);
    expect(worker.journal.records).toBe(0);
    expect(weigh(worker.engine).bytes - before).toBeLessThan(1e5);
  });

  it('offers one job again and again', () => {
    const attack = attackOn(7);
    const { mesh, worker, evil } = attack;
    const posted = posting(evil, countedSpec(3));
    for (let i = 0; i < 200; i += 1) {
      evil.send(worker, { type: 'offer', posted: posted.bytes });
      mesh.runUntil(() => false, 10);
    }
    const bids = new Set(evil.heard.flatMap((message) => (message.type === 'entries' ? message.entries.map((bytes) => Buffer.from(bytes).toString('hex')) : [])));
    expect(bids.size).toBeLessThan(5);
    expect(restOf(mesh)).toEqual([]);
  });

  it('floods the ledger of a job with what it signs', () => {
    const attack = attackOn(8, endless);
    const job = engage(attack, countedSpec(4));
    const { mesh, worker, evil } = attack;
    const reason = { code: 'x', text: 'y'.repeat(1_000) };
    for (let i = 0; i < 3_000; i += 1) {
      evil.say(worker, job, ...Array.from({ length: 8 }, () => ({ kind: 'released' as const, lease: `x${i}`, worker: evil.id, reason })));
      if (i % 100 === 99) mesh.runUntil(() => false, 5);
    }
    mesh.runUntil(() => false, 100);
    const kept = [...(worker.journal.scopesByName.get(job)?.records.values() ?? [])].reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(kept).toBeLessThan(worker.config.timings.maxWorkedLedgerBytes + 20_000);
    expect(mesh.offences.map(({ code }) => code)).toEqual(['ledger-oversize']);
    expect(restOf(mesh)).toEqual([]);
  });

  it('selects by labels in a hundred conditions, so that a refusal has a hundred reasons', () => {
    const { mesh, worker, evil } = attackOn(9);
    worker.config.labels = { a: '1' };
    const where = Array.from({ length: 100 }, (_, i) => `a=${i + 2}`).join(',');
    evil.send(worker, { type: 'offer', posted: posting(evil, countedSpec(1, 2, { where })).bytes });
    mesh.runUntil(() => false, 100);
    expect(evil.heard.filter(({ type }) => type === 'decline')).toHaveLength(1);
  });

  it('cancels before it awarded, and after all was over', () => {
    const attack = attackOn(10);
    const { mesh, worker, evil } = attack;
    const posted = posting(evil, countedSpec(3));
    evil.send(worker, { type: 'offer', posted: posted.bytes });
    mesh.runUntil(() => false, 20);
    evil.say(worker, posted.id, { kind: 'cancelled', reason: { code: 'x', text: '' } });
    evil.say(worker, posted.id, leaseFact(attack));
    mesh.runUntil(() => false, 100);
    evil.say(worker, posted.id, { kind: 'cancelled', reason: { code: 'x', text: '' } });
    mesh.runUntil(() => false, 100);
    evil.say(worker, posted.id, { kind: 'cancelled', reason: { code: 'x', text: '' } });
    expect(restOf(mesh)).toEqual([]);
  });

  it('releases and gives again, so that a restart must know which lease is the last', () => {
    const attack = attackOn(11);
    const { mesh, worker, evil } = attack;
    const posted = posting(evil, countedSpec(3));
    for (const lease of ['0', '1']) {
      evil.send(worker, { type: 'offer', posted: posted.bytes });
      mesh.runUntil(() => false, 20);
      evil.say(worker, posted.id, leaseFact(attack, lease));
      mesh.runUntil(() => false, 20);
      if (lease === '0') evil.send(worker, { type: 'unknownLease', job: posted.id, lease, reason: { code: 'x', text: '' } });
      mesh.runUntil(() => false, 20);
    }
    evil.send(worker, { type: 'assign', job: posted.id, lease: '1', run: [0], drop: [] });
    mesh.runUntil(() => evil.facts('committed').length > 0, 1_000);
    mesh.kill(worker);
    mesh.restart(worker);
    mesh.runUntil(() => false, 10);
    const worked = worker.engine.worked.get(posted.id);
    expect([worked?.lease, worked?.done.size]).toEqual(['1', 1]);
  });
});

describe('a stranger', () => {
  it('cannot make a worker forget what it was given, by passing its job’s offer on', () => {
    const attack = attackOn(12, endless);
    const { mesh, worker, evil } = attack;
    const posted = posting(evil, countedSpec(3));
    evil.send(worker, { type: 'offer', posted: posted.bytes });
    mesh.runUntil(() => false, 20);
    evil.say(worker, posted.id, leaseFact(attack));
    const stranger = new Puppet(mesh);
    mesh.runUntil(() => false, 100);
    evil.heard.length = 0;
    for (let i = 0; i < 20; i += 1) stranger.send(worker, { type: 'offer', posted: posted.bytes });
    mesh.runUntil(() => false, 100);
    expect(evil.heard.filter((message) => message.type === 'pull' && message.reset)).toEqual([]);
  });

  it('cannot pass what another mesh, or no job at all, for an offer', () => {
    const { mesh, worker, evil } = attackOn(13);
    const spec = countedSpec(3);
    const elsewhere = evil.entry(undefined, { kind: 'posted', mesh: 'elsewhere', spec, nonce: new Uint8Array(16) });
    const nested = evil.entry(elsewhere.id, { kind: 'posted', mesh: 'test', spec, nonce: new Uint8Array(16) });
    for (const { bytes } of [elsewhere, nested]) {
      evil.send(worker, { type: 'offer', posted: bytes });
      expect(worker.driver.gossip('shoal/test/offers/1', evil.id, bytes)).not.toBe('accept');
    }
    mesh.runUntil(() => false, 100);
    expect(worker.engine.bidding.size).toBe(0);
    expect(mesh.offences.map(({ code }) => code)).toEqual(['offer-malformed', 'offer-malformed']);
  });

  it('cannot speak for the requester of a job: no lease, no units, no end', () => {
    const attack = attackOn(14, endless);
    const job = engage(attack, countedSpec(8));
    const { mesh, worker, evil } = attack;
    evil.send(worker, { type: 'assign', job, lease: '0', run: [1, 2], drop: [] });
    mesh.runUntil(() => false, 50);
    const stranger = new Puppet(mesh);
    const reason = { code: 'x', text: '' };
    const records = worker.journal.records;
    stranger.say(worker, job, { kind: 'cancelled', reason }, { kind: 'released', lease: '0', worker: worker.id, reason }, { kind: 'abandoned', unit: 1, reason });
    stranger.send(worker, { type: 'assign', job, lease: '0', run: [5], drop: [1, 2] });
    stranger.send(worker, { type: 'reveal', job, lease: '0', units: [1, 2] });
    stranger.send(worker, { type: 'unknownLease', job, lease: '0', reason });
    stranger.send(worker, { type: 'reconcile', job, ranges: [{ after: new Uint8Array(), upTo: new Uint8Array(), ids: [] }], want: [] });
    mesh.runUntil(() => false, 100);
    expect(held(worker, job)).toBe(2);
    expect(worker.journal.records).toBe(records);
    expect(stranger.heard.filter(({ type }) => !['unknownLease', 'adverts'].includes(type))).toEqual([]);
  });
});

describe('a requester of its own job that', () => {
  it('cancels with a whole story for a reason is understood', () => {
    const { mesh, requester, workers } = sceneOf(15, [{ behaviour: endless }]);
    const job = mesh.submit(requester, countedSpec(3, 1));
    mesh.runUntil(() => workers.some(({ engine }) => engine.worked.size > 0), 5_000);
    requester.driver.handle({ type: 'cancel', job, why: 'because '.repeat(500) });
    mesh.runUntil(() => false, 100);
    expect(outcomeOf(requester, job)).toBe('cancelled');
    expect(restOf(mesh)).toEqual([]);
  });

  it('holds data alone and runs nothing itself has its shards brought to those who run them', () => {
    const { mesh, requester } = sceneOf(16, [{}, {}]);
    const job = mesh.submit(requester, shardSpec(4, 'allowed'));
    expect(mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000)).toBe(true);
    expect(restOf(mesh)).toEqual([]);
    expect(leftoversOf(mesh)).toEqual([]);
  });
});
