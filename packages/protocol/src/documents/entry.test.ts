import { signerFromSeed, systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../codec.ts';
import { limits } from '../limits.ts';
import { sampleFacts, sampleJob as job } from '../testing/samples.ts';
import { openEntry, sealEntry, type Entry } from './entry.ts';
import type { Fact } from './facts.ts';

const signer = signerFromSeed(new Uint8Array(32).fill(9));
const { cancelled, committed } = sampleFacts;
const entry = sealEntry({ job, at: 5, facts: [cancelled] }, signer, systemCrypto);
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** An entry as a later version, or a hostile peer, would sign it. */
function openRaw(body: object): Entry {
  const payload = encodeValue(body);
  const domain = new TextEncoder().encode('shoal/entry/1\0');
  const sig = signer.sign(Buffer.concat([domain, payload]));
  return openEntry(encodeValue({ key: signer.publicKey, payload, sig }), systemCrypto);
}

function rawFacts(facts: readonly Fact[]): unknown[] {
  const sealed = decodeValue(sealEntry({ job, at: 5, facts: [...facts] }, signer, systemCrypto).bytes, 10_000) as { payload: Uint8Array };
  return (decodeValue(sealed.payload, 10_000) as { facts: unknown[] }).facts;
}

describe('a signed entry', () => {
  it('comes back as it was sealed', () => {
    expect(openEntry(entry.bytes, systemCrypto)).toEqual(entry);
    expect(entry.job).toBe(job);
  });

  it('that posts a job names it', () => {
    const posted = sealEntry({ at: 5, facts: [sampleFacts.posted] }, signer, systemCrypto);
    expect(posted.job).toBe(posted.id);
    expect(openEntry(posted.bytes, systemCrypto).job).toBe(posted.id);
  });

  it('is refused when any bit of it changed', () => {
    for (let bit = 0; bit < entry.bytes.length * 8; bit += 1) {
      const bent = entry.bytes.slice();
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => openEntry(bent, systemCrypto)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(signature-invalid|document-malformed)$/) }));
    }
  });

  it('tolerates kinds of facts and fields of a later version, and keeps the bytes that say them', () => {
    const [known] = rawFacts([committed]);
    const body = { at: 5, facts: [{ kind: 'notarized', seal: 1 }, { ...(known as object), later: [1] }, 'what', null, { kind: 7 }], later: {} };
    const opened = openRaw(body);
    expect(opened.value.facts).toEqual([committed]);
    expect(openEntry(opened.bytes, systemCrypto)).toEqual(opened);
  });

  it('with a malformed fact of a known kind is refused as a whole, with the place', () => {
    const [good] = rawFacts([committed]);
    const body = { at: 5, facts: [good, { ...(good as object), unit: -1 }] };
    expect(() => openRaw(body)).toThrow(code('document-malformed'));
    expect(() => openRaw(body)).toThrow(/facts\.1\.unit/);
  });

  it('holds so many facts and no more', () => {
    const [fact] = rawFacts([committed]);
    const facts = (length: number): unknown[] => Array.from({ length }, () => fact);
    expect(openRaw({ at: 5, facts: facts(limits.maxFactsPerEntry) }).value.facts).toHaveLength(limits.maxFactsPerEntry);
    expect(() => openRaw({ at: 5, facts: facts(limits.maxFactsPerEntry + 1) })).toThrow(code('document-malformed'));
  });
});
