import { signerFromSeed, systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeValue, encodeValue } from './codec.ts';
import { open, seal, type Signed } from './envelope.ts';

const kind: Signed<z.ZodType<{ text: string; more?: number | undefined }>> = {
  domain: 'shoal/test/1',
  schema: z.object({ text: z.string(), more: z.number().optional() }),
  maxBytes: 100,
};
const signer = signerFromSeed(new Uint8Array(32).fill(1));
const sealed = seal(kind, { text: 'hello' }, signer, systemCrypto);
const parts = decodeValue(sealed.bytes, 1_000) as { key: Uint8Array; payload: Uint8Array; sig: Uint8Array };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('a signed envelope', () => {
  it('opens as it was sealed', () => {
    expect(open(kind, sealed.bytes, systemCrypto)).toEqual(sealed);
  });

  it('gets no second id from whoever passes it on', () => {
    expect(() => open(kind, encodeValue({ ...parts, extra: 1 }), systemCrypto)).toThrow(code('document-malformed'));
    const reordered = Buffer.concat([Uint8Array.of(0xa3), sealed.bytes.subarray(39), sealed.bytes.subarray(1, 39)]);
    expect(() => open(kind, reordered, systemCrypto)).toThrow(code('document-malformed'));
    // Ed25519: S plus the order of the group fits the equation as well.
    const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
    const sig = parts.sig.slice();
    let s = order + sig.subarray(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    for (let i = 32; i < 64; i += 1, s >>= 8n) sig[i] = Number(s & 0xffn);
    expect(() => open(kind, encodeValue({ ...parts, sig }), systemCrypto)).toThrow(code('signature-invalid'));
  });

  it('is of one domain and one author', () => {
    expect(() => open({ ...kind, domain: 'shoal/test/2' }, sealed.bytes, systemCrypto)).toThrow(code('signature-invalid'));
    const { publicKey } = signerFromSeed(new Uint8Array(32).fill(2));
    expect(() => open(kind, encodeValue({ ...parts, key: publicKey }), systemCrypto)).toThrow(code('signature-invalid'));
  });

  it('hides its content until the signature is checked', () => {
    const payload = encodeValue({ text: 5 });
    expect(() => open(kind, encodeValue({ ...parts, payload }), systemCrypto)).toThrow(code('signature-invalid'));
  });

  it('opens for everybody whatever its author may seal, up to the last byte', () => {
    const full = seal(kind, { text: 'x'.repeat(92) }, signer, systemCrypto);
    expect((decodeValue(full.bytes, 1_000) as { payload: Uint8Array }).payload).toHaveLength(kind.maxBytes);
    expect(open(kind, full.bytes, systemCrypto)).toEqual(full);
    expect(() => seal(kind, { text: 'x'.repeat(93) }, signer, systemCrypto)).toThrow(code('document-oversize'));
  });

  it('tolerates fields of a later version, and reads at the author as at others', () => {
    const later: Signed<z.ZodType<{ text: string; much: string }>> = { ...kind, schema: z.object({ text: z.string(), much: z.string() }) };
    const value = { text: 'hello', much: 'more' };
    expect(open(kind, seal(later, value, signer, systemCrypto).bytes, systemCrypto).value).toEqual({ text: 'hello' });
    expect(seal(kind, value, signer, systemCrypto).value).toEqual({ text: 'hello' });
  });

  it('refuses what its schema does not allow, with the field that is wrong', () => {
    const wrong = { text: 'hello', more: Number.NaN };
    expect(() => seal(kind, wrong, signer, systemCrypto)).toThrow(/Cannot write a shoal\/test\/1: shoal\/test\/1\.more: /);
  });
});
