import { ShoalError, silentLogger, type Clock, type JournalRecord, type PeerId } from '@shoal/runtime';
import { decodeMessage, encodeMessage, sealEntry, type Fact } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { Driver, type Carrier } from './driver.ts';
import { seededRandom } from './testing/behaviours.ts';
import { quickCrypto } from './testing/crypto.ts';
import { authorOf, halves, post, type Author } from './testing/facts.ts';
import { TestJournal } from './testing/journal.ts';
import { TestMesh } from './testing/mesh.ts';
import { countedSpec } from './testing/specs.ts';
import { VirtualTime } from './testing/time.ts';
import { createEngine } from './engine.ts';

interface Rig {
  driver: Driver;
  time: VirtualTime;
  journal: TestJournal;
  /** What happened outside, in order: `wrote <key>`, `sent <type>`, … */
  log: string[];
  failures: unknown[];
  requester: Author;
}

const { config } = new TestMesh(1).add();

/** A driver whose journal and ways out write down what happens to them. */
function rigOf(prepare: (journal: TestJournal) => void = () => {}): Rig {
  const time = new VirtualTime();
  const journal = new TestJournal();
  const log: string[] = [];
  const failures: unknown[] = [];
  prepare(journal);
  const append = journal.append.bind(journal);
  journal.append = (records: readonly JournalRecord[]) => {
    append(records);
    log.push(...records.map(({ kind }) => `wrote ${kind}`));
  };
  const note = (what: string) => (): void => void log.push(what);
  const carrier: Carrier = {
    send: (_to, bytes) => log.push(`sent ${decodeMessage(bytes).type}`) > 0,
    publish: note('published'),
    learn: note('learned'),
    hold: note('held'),
    challenge: note('challenged'),
    save: note('saved'),
    unsave: note('unsaved'),
    execute: note('executed'),
    abort: note('aborted'),
    fetch: note('fetched'),
    unpin: note('unpinned'),
    changed: note('changed'),
    offence: note('offended'),
  };
  const clock: Clock = {
    now: () => time.now,
    monotonic: () => time.now,
    setTimer: (delayMs, fn) => {
      let isWanted = true;
      time.after(delayMs, () => (isWanted ? fn() : undefined));
      return () => void (isWanted = false);
    },
    soon: (fn) => time.after(0, fn),
  };
  const engine = createEngine({ config, signer: authorOf('worker').signer, crypto: quickCrypto });
  const driver = new Driver({ engine, clock, random: seededRandom(1), journal, carrier, logger: silentLogger, failed: (error) => void failures.push(error) });
  return { driver, time, journal, log, failures, requester: authorOf('requester') };
}

const worker = authorOf('worker');

/** Offers, awards and assigns one unit of a job with a quorum of two; the driver has begun. */
function engage(rig: Rig) {
  const { driver, time, requester } = rig;
  const posted = post(requester, countedSpec(4), time.now);
  const say = (...facts: Fact[]): void => entries(rig, requester.id, sealEntry({ job: posted.job, at: time.now, facts }, requester.signer, quickCrypto).bytes, posted.job);
  driver.begin();
  message(rig, requester.id, { type: 'offer', posted: posted.bytes });
  time.runUntil(() => false, 10);
  say({ kind: 'leased', lease: '0', worker: worker.id, until: time.now + 60_000 });
  message(rig, requester.id, { type: 'assign', job: posted.job, lease: '0', run: [0], drop: [] });
  time.runUntil(() => false, 10);
  rig.log.length = 0;
  return { job: posted.job, say };
}

function message({ driver }: Rig, from: PeerId, content: Parameters<typeof encodeMessage>[0]): void {
  driver.handle({ type: 'message', from, bytes: encodeMessage(content) });
}

function entries(rig: Rig, from: PeerId, bytes: Uint8Array, job: Parameters<typeof halves>[1]): void {
  message(rig, from, { type: 'entries', job, entries: [bytes] });
}

function finish({ driver }: Rig, job: Parameters<typeof halves>[1], unit = 0): void {
  const { revealed } = halves(worker.id, job, unit);
  if (revealed.kind !== 'revealed') throw new Error('not a reveal');
  driver.handle({ type: 'executed', job, unit, outcome: { ok: true, result: revealed.result, document: revealed.document, log: new Uint8Array() } });
}

describe('a driver', () => {
  it('writes what it will say before it says anything: a result, a commitment, a job', () => {
    const rig = rigOf();
    const { job } = engage(rig);
    finish(rig, job);
    rig.time.runUntil(() => false, 10);
    const wrote = rig.log.filter((line) => line.startsWith('wrote'));
    expect(wrote).toEqual(['wrote note', 'wrote entry']); // the result for itself, the commitment for all
    expect(rig.log.lastIndexOf('wrote entry')).toBeLessThan(rig.log.indexOf('sent entries'));
    rig.log.length = 0;
    expect(rig.driver.submit({ type: 'submit', spec: countedSpec(1), nonce: new Uint8Array(16) })).toBeDefined();
    expect(rig.log[0]).toBe('wrote entry');
  });

  it('says nothing of what could not be written, stops, and tells why, once', () => {
    const rig = rigOf();
    const { job } = engage(rig);
    rig.journal.append = () => {
      throw new ShoalError('disk-full', 'Cannot append to the journal: there is no room left on the disk');
    };
    finish(rig, job);
    rig.time.runUntil(() => false, 10);
    expect(rig.log).toEqual([]);
    expect(rig.failures).toMatchObject([{ code: 'disk-full' }]);
    // It is over: nothing that happens afterwards leads to anything.
    finish(rig, job, 1);
    message(rig, rig.requester.id, { type: 'reveal', job, lease: '0', units: [0] });
    expect(rig.driver.gossip('shoal/test/adverts/1', worker.id, new Uint8Array())).toBe('ignore');
    expect(rig.driver.submit({ type: 'submit', spec: countedSpec(1), nonce: new Uint8Array(16) })).toBeUndefined();
    rig.time.runUntil(() => false, 60_000);
    rig.driver.stop();
    expect(rig.log).toEqual([]);
    expect(rig.failures).toHaveLength(1);
  });

  it('does not say that a job was posted which is not in the journal', () => {
    const rig = rigOf();
    rig.driver.begin();
    rig.journal.append = () => {
      throw new ShoalError('disk-full', 'no room');
    };
    expect(rig.driver.submit({ type: 'submit', spec: countedSpec(1), nonce: new Uint8Array(16) })).toBeUndefined();
    expect(rig.failures).toHaveLength(1);
  });

  it('stops when a job cannot be closed in the journal, before it says so to anybody', () => {
    const rig = rigOf();
    const { say } = engage(rig);
    rig.journal.summarize = () => {
      throw new ShoalError('disk-full', 'no room');
    };
    say({ kind: 'cancelled', reason: { code: 'cancelled', text: '' } });
    rig.time.runUntil(() => false, 10);
    expect(rig.failures).toHaveLength(1);
    expect(rig.log.filter((line) => line.startsWith('sent'))).toEqual([]);
  });

  it('stops when the engine has a defect, instead of going on half-way', () => {
    const rig = rigOf();
    engage(rig);
    rig.driver.handle({ type: 'holdings', holdings: undefined as never });
    expect(rig.failures).toHaveLength(1);
    expect(rig.failures[0]).toBeInstanceOf(TypeError);
  });

  it('loses a message that it cannot write, and nothing else', () => {
    const rig = rigOf();
    const { job } = engage(rig);
    rig.driver.handle({ type: 'progressed', job, unit: 0, fraction: Number.POSITIVE_INFINITY, text: 'x'.repeat(100_000) });
    rig.driver.handle({ type: 'progressed', job, unit: 0, fraction: Number.NaN, text: '' });
    finish(rig, job);
    rig.time.runUntil(() => false, 10);
    expect(rig.failures).toEqual([]);
    expect(rig.log).toContain('sent entries');
  });

  it('leaves it to its starter when the journal cannot be read', () => {
    const rig = rigOf((journal) => journal.append([{ scope: 'job', kind: 'entry', key: 'x', bytes: new Uint8Array([1, 2, 3]) }]));
    expect(() => rig.driver.recover()).toThrow(expect.objectContaining({ code: 'document-malformed' }));
    expect(rig.failures).toEqual([]);
  });

  it('says nothing before it begins, and finds after a restart what it had written', () => {
    const rig = rigOf();
    const { job } = engage(rig);
    finish(rig, job);
    rig.time.runUntil(() => false, 10);
    const again = rigOf((journal) => {
      for (const [name, scope] of rig.journal.scopesByName) journal.scopesByName.set(name, scope);
    });
    again.driver.recover();
    again.time.runUntil(() => false, 100);
    expect(again.log).toEqual([]);
    again.driver.begin();
    again.time.runUntil(() => again.log.includes('sent pull'), 1_000);
    message(again, again.requester.id, { type: 'reveal', job, lease: '0', units: [0] });
    again.time.runUntil(() => false, 10);
    expect(again.log).toContain('sent entries'); // the reveal of what it had committed to before
  });
});
