import * as dagCbor from '@ipld/dag-cbor';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import { CborWriter } from './writer.ts';

const writer = new CborWriter();
const link = CID.parse('bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy');
const key = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 4 }));
const bytes = fc.uint8Array({ maxLength: 300 });
const number = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(300), fc.double({ noNaN: true, noDefaultInfinity: true }));
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, number, fc.boolean(), fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 300 }), bytes, fc.constant(link), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 40 }),
  map: fc.dictionary(key, tie('any'), { maxKeys: 30 }),
})).any;

describe('what is written', () => {
  it('is what the codec of the IPLD project writes', () => {
    fc.assert(
      fc.property(value, (plain) => {
        const written = writer.encode(plain);
        if (written !== undefined) expect(Buffer.from(written)).toEqual(Buffer.from(dagCbor.encode(plain)));
        else expect(hasForeignKey(plain)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -24, -25, -256, -257, -(2 ** 32), -(2 ** 32) - 1, 2 ** 60, -0, 0.1])('of %d as well', (edge) => {
    expect(writer.encode([edge])).toEqual(dagCbor.encode([edge]));
  });

  it('has room for a megabyte, and memory of its own', () => {
    const large = { adverts: Array.from({ length: 40 }, (_, i) => new Uint8Array(30_000 * (i % 3)).fill(i)), last: 'x'.repeat(70_000) };
    const first = writer.encode(large) as Uint8Array;
    expect(first).toEqual(dagCbor.encode(large));
    writer.encode('something else');
    expect(first).toEqual(dagCbor.encode(large));
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it('goes behind a first byte', () => {
    expect(writer.encode({ a: 1 }, 7)).toEqual(Uint8Array.of(7, ...dagCbor.encode({ a: 1 })));
  });

  it('does not name what is undefined', () => {
    expect(writer.encode({ a: undefined, b: 1 })).toEqual(dagCbor.encode({ b: 1 }));
  });
});

it.each([undefined, [undefined], Number.NaN, [Number.POSITIVE_INFINITY], 1n, new Map(), Symbol('x'), () => 1, { ä: 1 }, new Date(0)])('leaves %o to the codec', (foreign) => {
  expect(writer.encode(foreign)).toBeUndefined();
  expect(writer.encode([1])).toEqual(dagCbor.encode([1]));
});

function hasForeignKey(plain: unknown): boolean {
  if (Array.isArray(plain)) return plain.some(hasForeignKey);
  if (plain === null || typeof plain !== 'object' || plain instanceof Uint8Array || plain instanceof CID) return false;
  // A dictionary may come without a prototype.
  return Object.getPrototypeOf(plain) !== Object.prototype || Object.entries(plain).some(([name, inner]) => /[^\0-\x7f]/u.test(name) || hasForeignKey(inner));
}
