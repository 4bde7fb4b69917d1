import type { Cid } from '@shoal/runtime';
import { encodeMessage, limits, sealAdvert, type Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { quickCrypto } from '../testing/crypto.ts';
import { authorOf, halves, leased } from '../testing/facts.ts';
import { TestMesh } from '../testing/mesh.ts';
import { Puppet, type EvilWorker } from '../testing/outsider.ts';
import { outcomeOf, restOf, sceneOf, sceneWithEvil, viewOf } from '../testing/scene.ts';
import { countedSpec } from '../testing/specs.ts';
import { weigh } from '../testing/weigh.ts';

const reason = { code: 'x', text: '' };

describe('whoever holds no lease', () => {
  it('cannot commit, reveal, fail, report or end anything, not even with a friend', () => {
    const { mesh, requester } = sceneOf(1, [{ behaviour: () => undefined }, { behaviour: () => undefined }]);
    const friends = [new Puppet(mesh), new Puppet(mesh)];
    const job = mesh.submit(requester, countedSpec(4));
    mesh.runUntil(() => false, 500);
    const records = requester.journal.records;
    const before = weigh(requester.engine.requested.get(job));
    for (const friend of friends) {
      for (let unit = 0; unit < 4; unit += 1) {
        const { committed, revealed } = halves(friend.id, job, unit, ' (false)');
        friend.say(requester, job, leased(friend.id));
        friend.say(requester, job, committed);
        friend.say(requester, job, revealed);
        friend.say(requester, job, { kind: 'failed', lease: '0', unit, reason, deterministic: true });
        friend.send(requester, { type: 'progress', job, unit, fraction: 1, text: 'done' });
        friend.send(requester, { type: 'log', job, unit, bytes: new Uint8Array(1_000) });
      }
      friend.say(requester, job, { kind: 'cancelled', reason }, { kind: 'abandoned', unit: 0, reason });
      friend.send(requester, { type: 'decline', job, reasons: [reason] });
      friend.send(requester, { type: 'pull', job, lease: 'x', running: [], done: [0, 1], want: 100, reset: true });
      friend.send(requester, { type: 'unknownLease', job, lease: 'x', reason });
      friend.send(requester, { type: 'reconcile', job, ranges: [{ after: new Uint8Array(), upTo: new Uint8Array(), ids: [] }], want: [] });
    }
    mesh.runUntil(() => false, 500);
    expect(viewOf(requester, job)).toMatchObject({ state: 'open', accepted: 0, abandoned: 0, executions: 0, failures: 0 });
    expect(requester.journal.records).toBe(records);
    expect(weigh(requester.engine.requested.get(job)).things).toBeLessThan(before.things + 200);
    for (const friend of friends) expect(friend.facts('posted')).toEqual([]);
  });

  it('gets no lease unasked, however often and with however many names it bids', () => {
    const { mesh, requester } = sceneOf(2, [{}, {}]);
    const job = mesh.submit(requester, countedSpec(400));
    mesh.runUntil(() => false, 200);
    const before = weigh(requester.engine).bytes;
    const crowd = Array.from({ length: 300 }, () => new Puppet(mesh));
    for (const one of crowd) for (let i = 0; i < 3; i += 1) one.say(requester, job, one.bid({ until: mesh.now + 1e12 + i, holds: new Uint8Array(100_000) }));
    mesh.runUntil(() => false, 100);
    expect(crowd.flatMap((one) => one.facts('leased'))).toEqual([]);
    expect(weigh(requester.engine).bytes - before).toBeLessThan(1e6);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(restOf(mesh)).toEqual([]);
  });

  it('may bid for what was gossiped, and keeps within bounds what it is remembered by', () => {
    const { mesh, requester } = sceneOf(3, [{}]); // one worker: too few for the quorum
    const job = mesh.submit(requester, countedSpec(4));
    mesh.runUntil(() => (requester.engine.requested.get(job)?.gossip.times ?? 0) > 0, 10_000);
    const before = weigh(requester.engine).bytes;
    const crowd = Array.from({ length: 400 }, () => new Puppet(mesh));
    for (const one of crowd) one.say(requester, job, one.bid({ until: mesh.now + 1e12, holds: new Uint8Array(100_000) }));
    mesh.runUntil(() => false, 200);
    const requested = requester.engine.requested.get(job);
    expect(requested?.leases.size).toBeLessThanOrEqual(requester.config.timings.maxLeases);
    mesh.runUntil(() => false, 120_000);
    expect(requested?.leases.size).toBeLessThanOrEqual(2 * requester.config.timings.maxLeases);
    expect(weigh(requester.engine).bytes - before).toBeLessThan(60e6);
    expect(viewOf(requester, job).state).toBe('open');
  });

  it('fills a roster with names, but no further than its bound', () => {
    const mesh = new TestMesh(4);
    const roster = mesh.add({ timings: { maxRoster: 200 } });
    mesh.runUntil(() => false, 1_000);
    const adverts = Array.from({ length: 600 }, (_, i) =>
      sealAdvert(
        {
          mesh: 'test', seq: 1, at: mesh.now, ttlMs: 3_600_000, agent: 'x'.repeat(100), addresses: [], slots: 1, free: 1, memoryBytes: 1, fuelPerSecond: 0,
          engines: ['wasm'], isolation: 'full', determinismClass: 'test', labels: {}, datasets: [],
        },
        authorOf(`sybil ${i}`).signer,
        quickCrypto,
      ).bytes,
    );
    const evil = new Puppet(mesh);
    for (let i = 0; i < adverts.length; i += limits.maxAdvertsPerMessage) {
      evil.send(roster, { type: 'adverts', adverts: adverts.slice(i, i + limits.maxAdvertsPerMessage) });
    }
    mesh.runUntil(() => false, 100);
    expect(roster.engine.roster.size).toBeLessThanOrEqual(roster.config.timings.maxRoster);
    for (let i = 0; i < 100; i += 1) evil.send(roster, { type: 'adverts', adverts: adverts.slice(0, 64) }); // again: nothing new
    const before = weigh(roster.engine).bytes;
    mesh.runUntil(() => false, 100);
    expect(weigh(roster.engine).bytes).toBeLessThan(before + 10_000);
  });
});

describe('a worker with a lease', () => {
  it('fills a ledger no further than its work could, whatever it signs', () => {
    const scene = sceneWithEvil(5, [{ behaviour: () => undefined }]);
    const { mesh, requester, evil } = scene;
    const job = mesh.submit(requester, countedSpec(10));
    mesh.runUntil(() => evil.lease !== '', 5_000);
    const before = requester.journal.records;
    const text = 'y'.repeat(1_000);
    const flood: (i: number) => Fact[] = (i) => [
      { kind: 'failed', lease: evil.lease, unit: i % 10, reason: { code: 'x', text: `${i} ${text}`.slice(0, 1_024) }, deterministic: false },
      ...(i % 3 === 0 ? [halves(evil.id, job, i % 10, ` ${i}`).revealed] : []),
      ...(i % 5 === 0 ? [halves(evil.id, job, i % 10, ` ${i}`).committed] : []),
    ];
    for (let i = 0; i < 3_000; i += 1) {
      evil.tell(...flood(i));
      evil.tell(evil.bid({ until: mesh.now + i }));
      if (i % 100 === 0) mesh.runUntil(() => false, 10);
    }
    mesh.runUntil(() => false, 100);
    expect(requester.journal.records - before).toBeLessThan(10 * 8 + 20);
    expect(weigh(requester.engine.requested.get(job)).bytes).toBeLessThan(2e6);
  });

  it('that says the same again and again, in new entries or old ones, adds nothing', () => {
    const scene = sceneWithEvil(6, [{}, {}]);
    const { mesh, requester, evil } = scene;
    const heard: Uint8Array[] = [];
    mesh.passes = (_from, to, message) => {
      if (to === requester.id && message !== undefined) heard.push(encodeMessage(message));
      return true;
    };
    const given: number[] = [];
    evil.onUnit = (unit) => {
      given.push(unit);
      evil.tell(halves(evil.id, evil.job as never, unit).committed);
    };
    evil.onReveal = (units) => evil.tell(...units.map((unit) => halves(evil.id, evil.job as never, unit).revealed));
    const job = mesh.submit(requester, countedSpec(20));
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 30_000);
    mesh.runUntil(() => false, 500);
    const records = requester.journal.records;
    const replay = heard.slice(0, 2_000);
    for (const bytes of replay) mesh.transmit(evil.id, requester.id, bytes);
    expect(given.length).toBeGreaterThan(0);
    for (let i = 0; i < 200; i += 1) {
      const { committed, revealed } = halves(evil.id, job, given[i % given.length] ?? 0);
      evil.tell(committed, revealed);
    }
    mesh.runUntil(() => false, 1_000);
    expect(requester.journal.records).toBe(records);
    expect(outcomeOf(requester, job)).toBe('done');
  });

  it('sees of the ledger what the requester and itself said, and nothing of what others showed', () => {
    const scene = sceneWithEvil(7, [{}, {}]);
    const { mesh, requester, evil } = scene;
    const others = new Set(scene.workers.map(({ id }) => id));
    const asks = (job: Parameters<EvilWorker['say']>[1]): void =>
      evil.send(requester, { type: 'reconcile', job, ranges: [{ after: new Uint8Array(), upTo: new Uint8Array(), ids: [] }], want: [] });
    const job = mesh.submit(requester, countedSpec(40));
    for (let i = 0; i < 20; i += 1) {
      mesh.runUntil(() => false, 100);
      if (evil.job !== undefined) asks(evil.job);
    }
    expect(evil.facts('posted').length).toBeGreaterThan(0); // it is answered
    expect(evil.facts('accepted').length).toBeGreaterThan(0);
    expect([...evil.heardAuthors].filter((author) => others.has(author))).toEqual([]);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 60_000);
    expect(viewOf(requester, job).workers.filter(({ peer, committed }) => others.has(peer) && committed > 0)).toHaveLength(2);
  });

  it('may not speak in another one’s name, or of one job under the name of another', () => {
    const scene = sceneWithEvil(8, [{ behaviour: () => undefined }]);
    const { mesh, requester, evil, workers } = scene;
    const jobs = [countedSpec(4), countedSpec(5)].map((spec) => mesh.submit(requester, spec));
    mesh.runUntil(() => evil.facts('leased').length >= 2, 5_000);
    const [one, other] = jobs as [Cid, Cid];
    const entry = evil.entry(one, halves(evil.id, one, 0).committed);
    evil.send(requester, { type: 'entries', job: other, entries: [entry.bytes] });
    const theirs = [...(requester.engine.requested.get(one)?.leases.values() ?? [])].find(({ worker }) => worker === workers[0]?.id);
    evil.send(requester, { type: 'pull', job: one, lease: theirs?.lease ?? '', running: [], done: [], want: 200, reset: true });
    evil.send(requester, { type: 'unknownLease', job: one, lease: theirs?.lease ?? '', reason });
    mesh.runUntil(() => false, 100);
    expect(mesh.offences.map(({ code }) => code)).toEqual(['entry-misfiled']);
    expect(requester.engine.requested.get(one)?.leases.get(theirs?.lease ?? '')?.worker).toBe(workers[0]?.id);
    expect(requester.engine.requested.get(other)?.ledger.units.size).toBe(0);
  });

  it('cannot make a requester busy with pulls', () => {
    const scene = sceneWithEvil(9, [{}, {}]);
    const { mesh, requester, evil } = scene;
    const job = mesh.submit(requester, countedSpec(30));
    mesh.runUntil(() => evil.lease !== '', 5_000);
    const before = weigh(requester.engine).things;
    for (let i = 0; i < 3_000; i += 1) {
      evil.pull({ running: Array.from({ length: 256 }, (_, unit) => unit), done: Array.from({ length: 256 }, (_, unit) => unit), want: 256 });
      if (i % 300 === 0) mesh.runUntil(() => false, 10);
    }
    mesh.runUntil(() => false, 100);
    expect(weigh(requester.engine).things - before).toBeLessThan(20_000);
    mesh.runUntil(() => outcomeOf(requester, job) !== 'open', 120_000);
    expect(outcomeOf(requester, job)).toBe('done');
    expect(restOf(mesh)).toEqual([]);
  });
});
