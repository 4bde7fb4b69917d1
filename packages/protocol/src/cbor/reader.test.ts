// Inside properties, not `expect`: vitest keeps a record of each.
import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import { decodeStrictly, encodeValue } from '../codec.ts';
import { limits } from '../limits.ts';
import { fragments } from '../testing/fragments.ts';
import { hostileCbor } from '../testing/hostile.ts';
import { CborReader } from './reader.ts';

const reader = new CborReader();
const link = CID.parse('bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy');
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('kind', 'unit', 'document', 'zz', 'zy'));
const number = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(300), fc.constantFrom(23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -(2 ** 53) + 1));
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, number, fc.boolean(), fc.constant(null), text, fc.uint8Array({ maxLength: 300 }), fc.constant(link), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 30 }),
  map: fc.dictionary(text, tie('any'), { maxKeys: 30, noNullPrototype: true }),
})).any;
const floats = fc.dictionary(text, fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ unit: 'binary', maxLength: 9 })), { noNullPrototype: true });

/** What is taken is what the strict decoder takes, as the same value. */
function agrees(bytes: Uint8Array): boolean {
  const read = reader.decode(bytes);
  if (read !== undefined) deepStrictEqual(read.value, decodeStrictly(bytes));
  return read !== undefined;
}

describe('what is read', () => {
  it('is what was written, of all that documents are made of', () => {
    fc.assert(
      fc.property(value, (plain) => {
        const bytes = encodeValue(plain);
        ok(agrees(bytes) || Buffer.from(bytes).includes('__proto__'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is nothing that the strict decoder refuses, whatever is done to a document', () => {
    let taken = 0;
    const seeds = fc.sample(value, { seed: 7, numRuns: 60 }).concat(fc.sample(floats, { seed: 7, numRuns: 10 })).map((plain) => encodeValue(plain));
    fc.assert(
      fc.property(hostileCbor(seeds), (bytes) => {
        if (agrees(bytes)) taken += 1;
      }),
      { numRuns: 6_000 },
    );
    expect(taken).toBeGreaterThan(100); // else it would say nothing
  });

  it.each(Object.entries(fragments))('of %s is what the strict decoder reads, or nothing', (_name, bytes) => {
    agrees(bytes);
    agrees(Uint8Array.of(0x82, ...bytes, 0));
  });

  it('is all of a document, and no piece of one', () => {
    const whole = encodeValue({ a: [1, link, 'text'], b: Uint8Array.of(1, 2) });
    expect(reader.decode(whole)).toBeDefined();
    for (let end = 0; end < whole.length; end += 1) expect(reader.decode(whole.subarray(0, end))).toBeUndefined();
    expect(reader.decode(Uint8Array.of(...whole, 0))).toBeUndefined();
  });

  it('keeps to the bounds of a document', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
    expect(agrees(encodeValue(nested(limits.maxNesting)))).toBe(true);
    expect(agrees(encodeValue(nested(limits.maxNesting + 1)))).toBe(false);
    const list = (length: number): number[] => Array.from({ length }, () => 0);
    expect(agrees(encodeValue(list(limits.maxListLength)))).toBe(true);
    expect(agrees(encodeValue(list(limits.maxListLength + 1)))).toBe(false);
    expect(agrees(encodeValue(list(16).map(() => list(limits.maxListLength))))).toBe(false);
  });

  it('has memory of its own, and texts of its own where two share a place', () => {
    const bytes = encodeValue(['same place', Uint8Array.of(1)]);
    const read = reader.decode(bytes)?.value;
    bytes.fill(0);
    expect(read).toEqual(['same place', Uint8Array.of(1)]);
    for (let i = 0; i < 2_000; i += 1) expect(reader.decode(encodeValue(`text ${i}`))?.value).toBe(`text ${i}`);
  });
});
