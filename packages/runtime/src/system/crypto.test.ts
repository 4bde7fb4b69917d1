import { describe, expect, it } from 'vitest';
import { generateSeed, signerFromSeed, systemCrypto } from './crypto.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** RFC 8032, section 7.1: secret key, public key, message, signature. */
const vectors = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

const [seed, key, message, signature] = vectors[2].map(hex) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

describe('Ed25519', () => {
  it.each(vectors)('signs as RFC 8032 says (%s)', (secret, publicKey, text, expected) => {
    const signer = signerFromSeed(hex(secret));
    expect(toHex(signer.publicKey)).toBe(publicKey);
    expect(toHex(signer.sign(hex(text)))).toBe(expected);
    expect(systemCrypto.verify(hex(publicKey), hex(text), hex(expected))).toBe(true);
  });

  it('refuses a signature of which any bit, the message or the key is another', () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const bent = signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(systemCrypto.verify(key, message, bent)).toBe(false);
    }
    expect(systemCrypto.verify(key, hex('af83'), signature)).toBe(false);
    expect(systemCrypto.verify(hex(vectors[0][1]), message, signature)).toBe(false);
  });

  it('says no, and never fails, to keys and signatures that are none', () => {
    const keys = [new Uint8Array(), key.subarray(1), new Uint8Array(33), new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(2), hex(`01${'00'.repeat(31)}`)];
    for (const malformed of keys) {
      expect(systemCrypto.verify(malformed, message, signature)).toBe(false);
      expect(systemCrypto.verify(malformed, message, hex(`01${'00'.repeat(63)}`))).toBe(false);
    }
    for (const malformed of [new Uint8Array(), signature.subarray(1), new Uint8Array(65), new Uint8Array(64), new Uint8Array(64).fill(0xff)]) {
      expect(systemCrypto.verify(key, message, malformed)).toBe(false);
    }
  });

  it('knows more keys than it remembers', () => {
    const signers = Array.from({ length: 1_030 }, () => signerFromSeed(generateSeed()));
    const signed = signers.map((signer) => signer.sign(message));
    expect(signers.every((signer, i) => systemCrypto.verify(signer.publicKey, message, signed[i] as Uint8Array))).toBe(true);
    expect(signers.some((signer, i) => systemCrypto.verify(signer.publicKey, message, signed.at(i - 1) as Uint8Array))).toBe(false);
  });

  it('takes a seed of 32 bytes and makes fresh ones', () => {
    for (const length of [0, 31, 33, 64]) expect(() => signerFromSeed(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'key-invalid' }));
    expect(generateSeed()).toHaveLength(32);
    expect(generateSeed()).not.toEqual(generateSeed());
    expect(toHex(signerFromSeed(seed).publicKey)).toBe(toHex(key));
  });

  it('gives plain bytes of its own', () => {
    expect(signerFromSeed(seed).sign(message).constructor).toBe(Uint8Array);
    expect(signerFromSeed(seed).publicKey.constructor).toBe(Uint8Array);
    expect(systemCrypto.sha256(message).constructor).toBe(Uint8Array);
  });
});

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j is what FIPS 180 says', (text, digest) => {
    expect(toHex(systemCrypto.sha256(new TextEncoder().encode(text)))).toBe(digest);
  });
});
