import { decodeValue, documentCid, encodeResult, encodeValue, type Entry, type Fact } from '@shoal/protocol';
import type { Cid } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../testing/behaviours.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { authorOf, halves, leased, post, state } from '../testing/facts.ts';
import { countedSpec } from '../testing/specs.ts';
import { commitmentOf } from '../verify/commitment.ts';
import { tally } from '../verify/tally.ts';
import { JobLedger } from './ledger.ts';
import { snapshotOf } from './snapshot.ts';
import { votesOf } from './unit-facts.ts';

const seed = 2_026;
const units = 4;
const requester = authorOf('requester');
const workers = ['a', 'b', 'c'].map((name) => authorOf(name));
const stranger = authorOf('stranger');
const everybody = [requester, ...workers, stranger];
const ids = everybody.map(({ id }) => id);
const posted = post(requester, countedSpec(units));
const { job } = posted;

function ledgerOf(entries: readonly Entry[], of: Cid = job): JobLedger {
  const ledger = new JobLedger(of, quickCrypto);
  for (const entry of entries) ledger.add(entry);
  return ledger;
}

/** The state alone, without which entries led to it. */
function stateOf(ledger: JobLedger): unknown {
  return { ...(decodeValue(snapshotOf(ledger), 1e7) as object), entries: 'any' };
}

function votes(ledger: JobLedger, unit: number, quorum = 2): Record<string, Cid> {
  return Object.fromEntries(votesOf(ledger.unit(unit), quorum > 1));
}

const unit = fc.integer({ min: 0, max: units }); // one beyond the job's
const author = fc.constantFrom(...everybody);
const text = fc.constantFrom('', ' (false)', ' (other)');
const reason = fc.record({ code: fc.constantFrom('x', 'y'), text: fc.constantFrom('', 'because') });
const until = fc.constantFrom(1_000, 5_000, 5_001);
const lease = fc.constantFrom('0', '1');

/** Facts that make sense, facts that contradict them, facts of others: a commitment may be copied, a reveal may open nothing. */
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: fc.constant('bid' as const), slots: fc.integer({ min: 1, max: 9 }), holds: fc.constant(new Uint8Array()), startInMs: fc.constant(0), fuelPerSecond: fc.constant(0), determinismClass: fc.constant('x'), until }),
  fc.record({ kind: fc.constant('leased' as const), lease, worker: author.map(({ id }) => id), until, operator: author.map(({ id }) => id), network: fc.constantFrom('192.0.2.0/24', '198.51.100.0/24') }),
  fc.record({ kind: fc.constant('released' as const), lease, worker: author.map(({ id }) => id), reason }),
  fc.tuple(author, unit, text).map(([of, at, said]) => halves(of.id, job, at, said).committed),
  fc.tuple(author, unit, text).map(([of, at, said]) => halves(of.id, job, at, said).revealed),
  fc.record({ kind: fc.constant('failed' as const), lease, unit, reason, deterministic: fc.boolean() }),
  fc.tuple(unit, text, fc.subarray(everybody, { minLength: 1 })).map(([at, said, by]) => ({
    kind: 'accepted' as const,
    unit: at,
    result: halves(requester.id, job, at, said).result,
    workers: by.map(({ id }) => id),
  })),
  fc.record({ kind: fc.constant('abandoned' as const), unit, reason }),
  fc.record({ kind: fc.constant('cancelled' as const), reason }),
  fc.record({ kind: fc.constant('receipt' as const), worker: author.map(({ id }) => id), units: fc.integer({ min: 0, max: 9 }), fuel: fc.constant(1), credit: fc.constant(1), elapsedMs: fc.constant(1) }),
  fc.record({ kind: fc.constant('countersigned' as const), receipt: fc.constant(job), note: fc.constant('') }),
  fc.record({ kind: fc.constant('delegated' as const), term: fc.integer({ min: 0, max: 3 }), stewards: fc.subarray(ids), keepers: fc.subarray(ids) }),
  fc.tuple(unit, text).map(([at, said]) => ({ kind: 'kept' as const, unit: at, result: halves(requester.id, job, at, said).result })),
);

const entry = fc
  .tuple(author, fc.array(fact, { minLength: 1, maxLength: 4 }), fc.constantFrom(1_500, 2_000, 2_001))
  .map(([by, facts, at]) => state(by, job, facts, at));

describe(`a ledger (seed ${seed})`, () => {
  it('has the same state and the same bytes whatever the order, the repetitions and the parts in which its entries came', () => {
    const property = fc.property(fc.array(entry, { maxLength: 24 }), fc.array(fc.nat(), { maxLength: 60 }), fc.nat(), (entries, picks, cut) => {
      const all = [posted, ...entries];
      const whole = snapshotOf(ledgerOf(all));
      const shuffled = all.map((value, i) => ({ value, key: picks[i] ?? i * 7 })).sort((x, y) => x.key - y.key);
      const repeated = [...shuffled.map(({ value }) => value), ...picks.map((pick) => all[pick % all.length] as Entry)];
      expect(snapshotOf(ledgerOf(repeated))).toEqual(whole);
      // Two parts that overlap, each a ledger of its own, merged by union in either direction.
      const at = cut % (all.length + 1);
      const left = ledgerOf(all.slice(0, at));
      const right = ledgerOf([posted, ...all.slice(Math.max(0, at - 3))]);
      const merged = ledgerOf([...right.entries.values(), ...all.slice(0, at)]);
      for (const known of right.entries.values()) left.add(known);
      expect(snapshotOf(left)).toEqual(whole);
      expect(snapshotOf(merged)).toEqual(whole);
    });
    fc.assert(property, { seed, numRuns: 150 });
  });

  it('comes to the same votes and the same winner in every order', () => {
    const property = fc.property(fc.array(entry, { maxLength: 24 }), (entries) => {
      const forth = ledgerOf([posted, ...entries]);
      const back = ledgerOf([...entries.toReversed(), posted]);
      for (let at = 0; at < units; at += 1) {
        const [one, other] = [forth, back].map((ledger) => tally(votesOf(ledger.unit(at), true), 2, (peer) => ledger.origins.get(peer)));
        expect(one).toEqual(other);
      }
    });
    fc.assert(property, { seed, numRuns: 100 });
  });

  it('takes what only the requester may say from the requester alone', () => {
    const requesterOnly: ReadonlySet<string> = new Set(['leased', 'released', 'accepted', 'abandoned', 'cancelled', 'receipt', 'delegated']);
    const property = fc.property(fc.array(entry, { maxLength: 12 }), fc.array(fact, { minLength: 1, maxLength: 8 }), fc.constantFrom(...workers, stranger), (entries, facts, by) => {
      const said = facts.filter(({ kind }) => requesterOnly.has(kind));
      fc.pre(!ledgerOf([posted, ...entries]).delegations.stewards.has(by.id));
      const before = stateOf(ledgerOf([posted, ...entries]));
      expect(stateOf(ledgerOf([posted, ...entries, state(by, job, said)]))).toEqual(before);
    });
    fc.assert(property, { seed, numRuns: 150 });
  });

  it('has no state before it knows the posting, and takes nothing else for it', () => {
    const other = post(stranger, countedSpec(units));
    const ledger = ledgerOf([other, state(stranger, job, [{ kind: 'posted', mesh: 'test', spec: countedSpec(1), nonce: new Uint8Array(16) }]), state(requester, job, [leased(stranger.id)])]);
    expect(ledger.posted).toBeUndefined();
    expect(ledger.entries.size).toBe(0);
    ledger.add(posted);
    expect(ledger.posted?.requester).toBe(requester.id);
    expect(ledger.openLeases().map(({ worker }) => worker)).toEqual([stranger.id]);
  });

  it('ignores units beyond the job, and entries of another job', () => {
    const { committed, revealed } = halves(stranger.id, job, units);
    const other = post(stranger, countedSpec(units));
    const ledger = ledgerOf([posted, state(requester, job, [leased(stranger.id)]), state(stranger, job, [committed, revealed]), state(requester, other.job, [leased(stranger.id, '7')])]);
    expect(ledger.units.size).toBe(0);
    expect(ledger.openLeases()).toHaveLength(1);
  });

  it('is the same after a look at a unit of which nobody has said anything', () => {
    const [one, other] = [ledgerOf([posted]), ledgerOf([posted])];
    expect(one.unit(0).commitments.size).toBe(0);
    expect(stateOf(one)).toEqual(stateOf(other));
  });

  it('shows it when the requester contradicts itself', () => {
    const [a, b] = [halves(requester.id, job, 0).result, halves(requester.id, job, 0, ' (other)').result];
    const ledger = ledgerOf([
      posted,
      state(requester, job, [{ kind: 'accepted', unit: 0, result: a, workers: [stranger.id] }]),
      state(requester, job, [{ kind: 'accepted', unit: 0, result: b, workers: [requester.id] }]),
      state(requester, job, [leased(stranger.id, '3'), leased(requester.id, '3')]),
    ]);
    expect(ledger.unit(0).accepted.size).toBe(2);
    expect(ledger.openLeases()).toHaveLength(2);
  });
});

describe('a vote', () => {
  const [a, b] = workers.map(({ id }) => id) as [typeof requester.id, typeof requester.id];
  const leases = state(requester, job, [leased(a, '0'), leased(b, '1')]);
  const by = (name: string, ...facts: Fact[]): Entry => state(authorOf(name), job, facts);

  it('is a reveal that opens the worker’s own commitment, whichever came first', () => {
    const { committed, revealed, result } = halves(a, job, 0);
    expect(votes(ledgerOf([posted, leases, by('a', committed), by('a', revealed)]), 0)).toEqual({ [a]: result });
    expect(votes(ledgerOf([posted, by('a', revealed), by('a', committed), leases]), 0)).toEqual({ [a]: result });
  });

  it('is not a reveal without a commitment, where the quorum is more than one', () => {
    const { revealed, result } = halves(a, job, 0);
    const ledger = ledgerOf([posted, leases, by('a', revealed)]);
    expect(votes(ledger, 0)).toEqual({});
    expect(votes(ledger, 0, 1)).toEqual({ [a]: result });
  });

  it('is not a reveal of something else than what was committed to', () => {
    const ledger = ledgerOf([posted, leases, by('a', halves(a, job, 0, ' (lie)').committed), by('a', halves(a, job, 0).revealed)]);
    expect(votes(ledger, 0)).toEqual({});
  });

  it('is not had by copying a commitment, nor by copying the reveal too', () => {
    const { committed, revealed, result } = halves(a, job, 0);
    const ledger = ledgerOf([posted, leases, by('a', committed), by('b', committed), by('a', revealed), by('b', revealed)]);
    expect(votes(ledger, 0)).toEqual({ [a]: result });
  });

  it('is lost by committing to two things, even where one of them is right', () => {
    const right = halves(a, job, 0);
    const ledger = ledgerOf([posted, leases, by('a', right.committed), by('a', right.revealed), by('a', halves(a, job, 0, ' (other)').committed)]);
    expect(votes(ledger, 0)).toEqual({});
  });

  it('is not had by whoever was never given a lease, by itself or by another stranger', () => {
    const { committed, revealed } = halves(stranger.id, job, 0);
    const said = [posted, leases, by('stranger', committed), by('stranger', revealed)];
    expect(votes(ledgerOf(said), 0)).toEqual({});
    expect(votes(ledgerOf([...said, by('stranger', leased(stranger.id))]), 0)).toEqual({});
    expect(Object.keys(votes(ledgerOf([...said, state(requester, job, [leased(stranger.id, '5')])]), 0))).toEqual([stranger.id]);
  });

  it('is kept by whoever had a lease that was released', () => {
    const { committed, revealed, result } = halves(a, job, 0);
    const released = state(requester, job, [{ kind: 'released', lease: '0', worker: a, reason: { code: 'x', text: '' } }]);
    expect(votes(ledgerOf([posted, leases, by('a', committed), released, by('a', revealed)]), 0)).toEqual({ [a]: result });
  });

  it('is not a document that has another id, that nobody can read, or that names more than a unit may put out', () => {
    const { committed, revealed } = halves(a, job, 0);
    if (revealed.kind !== 'revealed') throw new Error('not a reveal');
    const changed = { ...revealed, document: revealed.document.slice().fill(7, 3, 5) };
    expect(ledgerOf([posted, leases, by('a', committed), by('a', changed)]).unit(0).revealed.size).toBe(0);
    const unreadable = new TextEncoder().encode('no result');
    const named = { ...revealed, document: unreadable, result: documentCid(unreadable, quickCrypto) };
    expect(ledgerOf([posted, leases, by('a', named)]).unit(0).revealed.size).toBe(0);
    const huge = encodeResult({ stdout: { cid: job, bytes: 2 ** 40 }, files: [] }, quickCrypto);
    const claims = { ...revealed, document: huge.bytes, result: huge.cid };
    expect(ledgerOf([posted, leases, by('a', claims)]).unit(0).revealed.size).toBe(0);
  });
});

it('strangers who compare it share one view, and a worker has its own', () => {
  const [worker] = workers;
  if (worker === undefined) throw new Error('no worker');
  const ledger = ledgerOf([posted, state(requester, job, [leased(worker.id)]), state(worker, job, [halves(worker.id, job, 0).committed])]);
  const shared = ledger.idsFor(stranger.id);
  for (let i = 0; i < 100; i += 1) expect(ledger.idsFor(authorOf(`stranger ${i}`).id)).toBe(shared);
  expect([shared.size, ledger.idsFor(worker.id).size]).toEqual([2, 3]);
});

describe('a sealed result that its worker shows in two documents', () => {
  it('is the same one for everybody, whichever came first, and the state tells them apart', () => {
    const worker = authorOf('a');
    const sealed = post(requester, countedSpec(2, 2, { seal: new Uint8Array(32).fill(5) }));
    const of = sealed.job;
    const { result } = resultOf(0);
    const salt = new Uint8Array(16);
    const documentWith = (fuel: number): Uint8Array => encodeValue({ fuel, enc: new Uint8Array(32), salt: new Uint8Array(16), box: new Uint8Array(40) });
    const commitment = commitmentOf({ job: of, unit: 0, worker: worker.id, salt, result }, quickCrypto);
    const others = [sealed, state(requester, of, [leased(worker.id)]), state(worker, of, [{ kind: 'committed', lease: '0', unit: 0, commitment }])];
    const [cheap, dear] = [1, 999].map((fuel) => state(worker, of, [{ kind: 'revealed', unit: 0, salt, result, document: documentWith(fuel) }]));
    const snapshots = [[cheap, dear], [dear, cheap], [dear]].map((shown) => {
      const ledger = new JobLedger(of, quickCrypto);
      for (const entry of [...others, ...shown]) ledger.add(entry as Entry);
      return Buffer.from(snapshotOf(ledger)).toString('hex');
    });
    expect(snapshots[0]).toBe(snapshots[1]);
    expect(snapshots[0]).not.toBe(snapshots[2]);
  });
});
