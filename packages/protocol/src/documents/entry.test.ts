import { generateSeed, signerFromSeed, systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import type { Cid } from '@shoal/runtime';
import { openEntry, sealEntry } from './entry.ts';

const signer = signerFromSeed(generateSeed());
const job = 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid;

describe('a signed entry', () => {
  it('comes back as it was sealed', () => {
    const entry = sealEntry({ job, at: 5, facts: [{ kind: 'cancelled', reason: { code: 'asked', text: 'by the owner' } }] }, signer, systemCrypto);
    const opened = openEntry(entry.bytes, systemCrypto);
    expect(opened).toEqual(entry);
    expect(opened.job).toBe(job);
  });

  it('is refused when a bit of it changed', () => {
    const entry = sealEntry({ job, at: 5, facts: [{ kind: 'cancelled', reason: { code: 'asked', text: 'by the owner' } }] }, signer, systemCrypto);
    const bent = entry.bytes.slice();
    const last = bent.length - 1;
    bent[last] = (bent[last] as number) ^ 1;
    expect(() => openEntry(bent, systemCrypto)).toThrow(expect.objectContaining({ code: 'signature-invalid' }));
  });
});
