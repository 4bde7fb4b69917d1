import type { Cid } from '@shoal/runtime';
import type { Entry, Fact } from '@shoal/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickCrypto } from '../testing/crypto.ts';
import { authorOf, halves, leased, post, state } from '../testing/facts.ts';
import { countedSpec } from '../testing/specs.ts';
import { JobLedger } from './ledger.ts';
import { snapshotOf } from './snapshot.ts';
import { acceptedResult, settlementOf, votesOf } from './unit-facts.ts';

const requester = authorOf('requester');
const [a, b, steward, second] = ['a', 'b', 'steward', 'second'].map(authorOf) as [typeof requester, typeof requester, typeof requester, typeof requester];
const posted = post(requester, countedSpec(4));
const { job } = posted;
const reason = { code: 'x', text: '' };

function ledgerOf(...entries: Entry[]): JobLedger {
  const ledger = new JobLedger(job, quickCrypto);
  for (const entry of entries) ledger.add(entry);
  return ledger;
}

function delegated(term: number, stewards: (typeof requester)[], keepers: (typeof requester)[] = []): Fact {
  return { kind: 'delegated', term, stewards: stewards.map(({ id }) => id), keepers: keepers.map(({ id }) => id) };
}

function accepted(unit: number, result: Cid): Fact {
  return { kind: 'accepted', unit, result, workers: [a.id, b.id] };
}

describe('a delegation', () => {
  const result = halves(a.id, job, 0).result;
  const other = halves(a.id, job, 0, ' (other)').result;
  const byRequester = state(requester, job, [delegated(1, [steward])]);
  const lease = state(steward, job, [leased(a.id)]);

  it('makes what a steward states count, also what came before it', () => {
    const said = [lease, state(steward, job, [accepted(0, result)])];
    for (const entries of [[byRequester, ...said], [...said, byRequester]]) {
      const ledger = ledgerOf(posted, ...entries);
      expect(ledger.isWorker(a.id)).toBe(true);
      expect(acceptedResult(ledger.unit(0), requester.id)?.result).toBe(result);
      expect(ledger.isAuthority(steward.id)).toBe(true);
    }
    expect(ledgerOf(posted, ...said).units.size).toBe(0);
  });

  it('that somebody else states names nobody', () => {
    for (const by of [a, steward, second]) {
      const ledger = ledgerOf(posted, state(by, job, [delegated(9, [steward, second])]), lease);
      expect(ledger.delegations.current).toBeUndefined();
      expect(ledger.isWorker(a.id)).toBe(false);
    }
    // A steward may not name others either.
    expect(ledgerOf(posted, byRequester, state(steward, job, [delegated(9, [second])])).isAuthority(second.id)).toBe(false);
  });

  it('lets nobody but the requester cancel', () => {
    expect(ledgerOf(posted, byRequester, state(steward, job, [{ kind: 'cancelled', reason }])).cancelled.size).toBe(0);
  });

  it('of the highest term says who acts; who was named before keeps its word', () => {
    const later = state(requester, job, [delegated(2, [second], [b])]);
    const ledger = ledgerOf(posted, later, byRequester, lease);
    expect(ledger.delegations.trustees()).toEqual([second.id, b.id]);
    expect([second, steward].map(({ id }) => ledger.delegations.rankOf(id))).toEqual([0, -1]);
    expect(ledger.isWorker(a.id)).toBe(true);
  });

  it('takes the votes of whoever acts in it: a judge gives no evidence', () => {
    const { committed, revealed } = halves(steward.id, job, 0);
    const own = [state(requester, job, [leased(steward.id)]), state(steward, job, [committed, revealed])];
    expect([...votesOf(ledgerOf(posted, byRequester, ...own).unit(0), true).keys()]).toEqual([steward.id]);
    expect(votesOf(ledgerOf(posted, byRequester, ...own, lease).unit(0), true).size).toBe(0);
  });

  it('shows it when two accept different results, and the requester’s choice holds', () => {
    const both = [posted, state(requester, job, [delegated(1, [steward, second])]), state(steward, job, [accepted(0, result)]), state(second, job, [accepted(0, other)])];
    const open = ledgerOf(...both).unit(0);
    expect(open.accepted.size).toBe(2);
    expect(acceptedResult(open, requester.id)).toBeUndefined();
    const chosen = ledgerOf(...both, state(requester, job, [accepted(0, other)])).unit(0);
    expect(acceptedResult(chosen, requester.id)?.result).toBe(other);
    expect(chosen.accepted.size).toBe(2);
  });

  it('lets no steward give up what the requester accepted', () => {
    const given = state(steward, job, [{ kind: 'abandoned', unit: 0, reason }]);
    expect(settlementOf(ledgerOf(posted, byRequester, given).unit(0), requester.id)).toBe('abandoned');
    expect(settlementOf(ledgerOf(posted, byRequester, given, state(requester, job, [accepted(0, result)])).unit(0), requester.id)).toBe('accepted');
  });

  it('shows workers what stewards state, whenever the delegation comes', () => {
    const late = ledgerOf(posted, lease);
    const before = late.idsFor(a.id).size;
    late.add(byRequester);
    const after = late.idsFor(a.id);
    expect([before, after.size]).toEqual([1, 3]);
    expect(after.fingerprint(0, 3)).toEqual(ledgerOf(byRequester, posted, lease).idsFor(a.id).fingerprint(0, 3));
  });

  it('gives the same state in every order of terms, stewards and their facts', () => {
    const people = [requester, a, b, steward, second];
    const fact: fc.Arbitrary<Fact> = fc.oneof(
      fc.tuple(fc.nat(3), fc.subarray(people), fc.subarray(people)).map(([term, stewards, keepers]) => delegated(term, stewards, keepers)),
      fc.tuple(fc.nat(3), fc.boolean()).map(([unit, isOther]) => accepted(unit, isOther ? other : result)),
      fc.nat(3).map((unit) => ({ kind: 'abandoned' as const, unit, reason })),
      fc.constantFrom(...people).map(({ id }) => leased(id)),
      fc.tuple(fc.nat(3), fc.boolean()).map(([unit, isOther]) => ({ kind: 'kept' as const, unit, result: isOther ? other : result })),
    );
    const entries = fc.array(fc.tuple(fc.constantFrom(...people), fc.array(fact, { minLength: 1, maxLength: 3 })).map(([by, facts]) => state(by, job, facts)), { maxLength: 16 });
    const property = fc.property(entries, fc.array(fc.nat(), { minLength: 17, maxLength: 17 }), (all, keys) => {
      const shuffled = [posted, ...all].map((value, i) => ({ value, key: keys[i] ?? 0 })).sort((x, y) => x.key - y.key).map(({ value }) => value);
      expect(snapshotOf(ledgerOf(...shuffled, ...all))).toEqual(snapshotOf(ledgerOf(posted, ...all)));
    });
    fc.assert(property, { seed: 2_026, numRuns: 300 });
  });
});
