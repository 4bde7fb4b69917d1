import type { Cid } from '@shoal/runtime';
import { systemCrypto } from '@shoal/runtime';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { describe, expect, it } from 'vitest';
import { cidOfDigest, digestOf, documentCid, parseCid } from './cid.ts';

/** The CID that every DAG-CBOR tool gives to an empty map. */
const ofEmptyMap = 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua' as Cid;

describe('a CID', () => {
  it('names a document as other tools do', () => {
    expect(documentCid(Uint8Array.of(0xa0), systemCrypto)).toBe(ofEmptyMap);
    expect(cidOfDigest(digestOf(ofEmptyMap))).toBe(ofEmptyMap);
  });

  it('is read in any version and base, and has one text', () => {
    expect(parseCid('QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR')).toBe('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi');
    expect(parseCid('zdpuAyTBnYSugBZhqJuLsNpzjmAjSmxDqBbtAqXMtsvxiN2v3')).toBe(ofEmptyMap);
  });

  it.each([
    ['', /as a CID/],
    ['bafy', /as a CID/],
    ['hello world', /as a CID/],
    [`b${'a'.repeat(200)}`, /longer than 128 characters/],
    // SHA-512, and content in place of a hash: nobody could check a block against them.
    [CID.createV1(0x55, createDigest(0x13, new Uint8Array(64))).toString(), /hash function 0x13, expected SHA-256/],
    ['bafkqabtimvwgy3yk', /hash function 0x0, expected SHA-256/],
  ])('refuses %j', (text, message) => {
    expect(() => parseCid(text)).toThrow(expect.objectContaining({ code: 'cid-invalid', message: expect.stringMatching(message), hint: expect.any(String) }));
  });
});
