import { createHash } from 'node:crypto';
import { systemCrypto } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, SortedIds } from './sorted-ids.ts';

const seed = 77;
const hashed = (i: number): Uint8Array => new Uint8Array(createHash('sha256').update(String(i)).digest());
/** Ids of few different bytes: neighbours share long beginnings. */
const close = fc.array(fc.constantFrom(0, 1, 255), { minLength: 32, maxLength: 32 }).map((bytes) => Uint8Array.from(bytes));
const id = fc.oneof(fc.nat(2_000).map(hashed), close);

function setOf(ids: Iterable<Uint8Array>): SortedIds {
  const set = new SortedIds(systemCrypto);
  for (const one of ids) set.insert(one);
  return set;
}

describe(`a sorted set of ids (seed ${seed})`, () => {
  it('is a sorted list without doubles', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 60 }), fc.array(fc.oneof(id, fc.uint8Array({ minLength: 1, maxLength: 32 })), { maxLength: 20 }), (ids, probes) => {
        const set = new SortedIds(systemCrypto);
        const model: Uint8Array[] = [];
        for (const one of ids) {
          const isNew = !model.some((known) => compareBytes(known, one) === 0);
          if (isNew) model.push(one);
          expect(set.insert(one)).toBe(isNew);
        }
        model.sort(compareBytes);
        expect(set.slice(0, set.size)).toEqual(model);
        for (const probe of probes) {
          expect(set.rank(probe)).toBe(model.filter((one) => compareBytes(one, probe) <= 0).length);
          expect(set.has(probe)).toBe(model.some((one) => compareBytes(one, probe) === 0));
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('stays so beyond many chunks, whatever the order of insertion', () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => hashed(i));
    const sorted = ids.toSorted(compareBytes);
    const set = setOf(ids);
    expect(set.slice(0, 5_000)).toEqual(sorted);
    expect(set.at(4_321)).toEqual(sorted[4_321]);
    for (const other of [setOf(sorted), setOf(sorted.toReversed())]) {
      expect(other.fingerprint(0, 5_000)).toEqual(set.fingerprint(0, 5_000));
      expect(other.fingerprint(700, 4_100)).toEqual(set.fingerprint(700, 4_100));
    }
    expect(setOf(sorted.slice(700, 4_100)).fingerprint(0, 3_400)).toEqual(set.fingerprint(700, 4_100));
  });

  it('has other fingerprints for other ranges', () => {
    const set = setOf(Array.from({ length: 40 }, (_, i) => hashed(i)));
    const prints = new Set<string>();
    for (let from = 0; from < 40; from += 1) for (let to = from + 1; to <= 40; to += 1) prints.add(set.fingerprint(from, to).join());
    expect(prints.size).toBe((40 * 41) / 2);
    expect(set.fingerprint(3, 3)).toEqual(set.fingerprint(0, 0));
    expect(set.fingerprint(0, 40)).toHaveLength(16);
  });

  it('gives no hold on its own bytes', () => {
    const set = setOf([hashed(1)]);
    set.at(0).fill(0);
    expect(set.has(hashed(1))).toBe(true);
    expect(() => set.insert(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'invariant' }));
    expect(() => set.at(1)).toThrow(expect.objectContaining({ code: 'invariant' }));
  });
});
