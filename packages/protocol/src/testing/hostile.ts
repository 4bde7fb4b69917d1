import * as fc from 'fast-check';
import { itemsOf } from './cbor-items.ts';
import { fragments } from './fragments.ts';

/** One change of some bytes. Positions are fractions, so that a change shrinks well and fits bytes of any length. */
type Mutation =
  | { kind: 'flip'; where: number; bit: number }
  | { kind: 'set'; where: number; to: number }
  | { kind: 'truncate'; where: number }
  | { kind: 'insert'; where: number; bytes: Uint8Array }
  | { kind: 'remove'; where: number; length: number }
  | { kind: 'splice'; where: number; seed: number; from: number }
  | { kind: 'replaceItem'; where: number; bytes: Uint8Array }
  | { kind: 'swapItem'; where: number; seed: number; from: number };

const where = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seed = fc.nat(1_000);
const fragment = fc.constantFrom(...Object.values(fragments));
const piece = fc.oneof(fragment, fc.uint8Array({ maxLength: 12 }));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), where, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('set' as const), where, to: fc.nat(255) }),
  fc.record({ kind: fc.constant('truncate' as const), where }),
  fc.record({ kind: fc.constant('insert' as const), where, bytes: piece }),
  fc.record({ kind: fc.constant('remove' as const), where, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('splice' as const), where, seed, from: where }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('replaceItem' as const), where, bytes: fragment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swapItem' as const), where, seed, from: where }) },
);

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const changed = bytes.slice();
  if (at < changed.length) changed[at] = byte;
  return changed;
}

function pick<T>(list: readonly T[], fraction: number): T {
  return list[Math.floor(fraction * list.length)] as T;
}

function mutate(bytes: Uint8Array, change: Mutation, wellFormed: boolean, seeds: readonly Uint8Array[]): Uint8Array {
  const at = Math.floor(change.where * (bytes.length + (change.kind === 'insert' ? 1 : 0)));
  switch (change.kind) {
    case 'flip':
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << change.bit));
    case 'set':
      return withByte(bytes, at, change.to);
    case 'truncate':
      return bytes.slice(0, at);
    case 'insert':
      return joined(bytes.subarray(0, at), change.bytes, bytes.subarray(at));
    case 'remove':
      return joined(bytes.subarray(0, at), bytes.subarray(at + change.length));
    case 'splice': {
      const other = seeds[change.seed % seeds.length] as Uint8Array;
      return joined(bytes.subarray(0, at), other.subarray(Math.floor(change.from * other.length)));
    }
    case 'replaceItem':
    case 'swapItem': {
      if (!wellFormed) return mutate(bytes, { kind: 'set', where: change.where, to: 0x80 }, false, seeds);
      const item = pick(itemsOf(bytes), change.where);
      if (change.kind === 'replaceItem') return joined(bytes.subarray(0, item.at), change.bytes, bytes.subarray(item.end));
      const other = seeds[change.seed % seeds.length] as Uint8Array;
      const from = pick(itemsOf(other), change.from);
      return joined(bytes.subarray(0, item.at), other.subarray(from.at, from.end), bytes.subarray(item.end));
    }
    default:
      return bytes;
  }
}

/** CBOR with one to four changes, and bytes that never were any; `seeds` are well-formed. */
export function hostileCbor(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const mutated = fc.tuple(seed, fc.array(mutation, { minLength: 1, maxLength: 4 })).map(([index, changes]) => {
    const start = seeds[index % seeds.length] as Uint8Array;
    return changes.reduce((bytes, change, i) => mutate(bytes, change, i === 0, seeds), start);
  });
  return fc.oneof({ weight: 8, arbitrary: mutated }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) }, { weight: 1, arbitrary: fragment });
}

/** Halves of surrogate pairs included. */
const anyUnit = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));

/** Texts near valid ones, and texts that never were any. */
export function hostileText(valid: readonly string[]): fc.Arbitrary<string> {
  const bent = fc
    .tuple(fc.constantFrom(...valid), where, fc.integer({ min: 0, max: 3 }), fc.string({ unit: anyUnit, maxLength: 4 }))
    .map(([text, at, gone, put]) => {
      const cut = Math.floor(at * (text.length + 1));
      return text.slice(0, cut) + put + text.slice(cut + gone);
    });
  return fc.oneof(
    { weight: 6, arbitrary: bent },
    { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...'bzQkmuf12D3KooWabcxyz0OIl='), maxLength: 140 }) },
    { weight: 1, arbitrary: fc.string({ unit: anyUnit, maxLength: 60 }) },
  );
}
