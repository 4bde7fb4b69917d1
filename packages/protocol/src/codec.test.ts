import { ShoalError } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from './codec.ts';
import { limits } from './limits.ts';
import { fragments } from './testing/fragments.ts';

const roomBytes = 2_000_000;
/** Those that our encoder writes as well; all others must be refused. */
const ours = new Set([
  'the key __proto__', 'the key constructor', 'half', '1e300', '2^64-1', '-2^64', '2^53', 'minus one', 'null', 'true', 'a byte order mark',
  'zero and escape in text', 'a path upwards', 'an empty string', 'no bytes', 'an empty list', 'an empty map', 'a short list',
  'a map that plays a link', 'a map that plays a link, in full', 'a link of version 0', 'a link by SHA-512', 'a link that is its content', 'a link by a hash of no bytes',
]);

function refusal(bytes: Uint8Array): unknown {
  try {
    decodeValue(bytes, roomBytes);
  } catch (error) {
    return error instanceof ShoalError ? error.code : error;
  }
  return 'taken';
}

describe('the canonical form', () => {
  it.each(Object.entries(fragments))('of %s is the only one that is taken', (name, bytes) => {
    if (ours.has(name)) expect(encodeValue(decodeValue(bytes, roomBytes))).toEqual(bytes);
    else expect(refusal(bytes)).toBe('document-malformed');
  });

  it('keeps text as it is, a byte order mark included', () => {
    for (const text of ['\uFEFFa', 'ä', '😀', `\uFEFF${'long '.repeat(20)}`, 'a\u0000b']) expect(decodeValue(encodeValue({ text }), roomBytes)).toEqual({ text });
  });

  it('has no prototype to pollute', () => {
    const value = decodeValue(fragments['the key __proto__'] as Uint8Array, roomBytes) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('does not write what is undefined', () => {
    expect(encodeValue({ a: undefined, b: [{ c: undefined }] })).toEqual(encodeValue({ b: [{}] }));
  });

  it('gives and takes memory of its own', () => {
    const bytes = Buffer.from(encodeValue({ held: Uint8Array.of(1, 2, 3) }));
    const value = decodeValue(bytes, roomBytes) as { held: Uint8Array };
    bytes.fill(0);
    expect(value.held).toEqual(Uint8Array.of(1, 2, 3));
    expect(encodeValue(value).constructor).toBe(Uint8Array);
  });
});

describe('the bounds of a document', () => {
  it('are its size, before a byte is read', () => {
    expect(() => decodeValue(new Uint8Array(11).fill(0xff), 10)).toThrow(expect.objectContaining({ code: 'document-oversize' }));
  });

  it('are its depth, the same for everybody', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
    expect(decodeValue(encodeValue(nested(limits.maxNesting)), roomBytes)).toEqual(nested(limits.maxNesting));
    expect(refusal(encodeValue(nested(limits.maxNesting + 1)))).toBe('document-malformed');
  });

  it('are its lists and its items', () => {
    const list = (length: number): number[] => Array.from({ length }, () => 0);
    expect(decodeValue(encodeValue(list(limits.maxListLength)), roomBytes)).toHaveLength(limits.maxListLength);
    expect(refusal(encodeValue(list(limits.maxListLength + 1)))).toBe('document-malformed');
    expect(refusal(encodeValue(list(16).map(() => list(limits.maxListLength))))).toBe('document-malformed');
  });

  it.each([0x00, 0x80, 0x81, 0xa0, 0xa1, 0x60, 0xd8, 0x9b, 0xff])('end a megabyte of %i at once', (byte) => {
    const began = performance.now();
    expect(refusal(new Uint8Array(1_000_000).fill(byte))).toBe('document-malformed');
    expect(performance.now() - began).toBeLessThan(500);
  });
});
