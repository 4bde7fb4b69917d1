import { systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { sampleAdvert, sampleJob, samplePeer, sampleSigner } from '../testing/samples.ts';
import { openAdvert, sealAdvert, type Advert } from './advert.ts';

const { value, author, bytes } = openAdvert(sampleAdvert, systemCrypto);
const seal = (change: Partial<Advert>): Advert => sealAdvert({ ...value, ...change }, sampleSigner, systemCrypto).value;

describe('an advert', () => {
  it('comes back as it was sealed, with its author', () => {
    expect(author).toBe(samplePeer);
    expect(sealAdvert(value, sampleSigner, systemCrypto).bytes).toEqual(bytes);
  });

  it('has labels that a selector can name', () => {
    expect(seal({ labels: { 'example.org/zone': 'a b', cpu_model: '' } }).labels).toEqual({ 'example.org/zone': 'a b', cpu_model: '' });
    for (const key of ['', ' a', 'a b', 'a=b', '!a', '-a', 'a,', 'ä', 'x'.repeat(65)]) {
      expect(() => seal({ labels: { [key]: '' } })).toThrow(expect.objectContaining({ code: 'document-malformed' }));
    }
    expect(() => seal({ labels: { a: '\u001b[2J' } })).toThrow(/Cannot write a shoal\/advert\/1/);
    expect(() => seal({ labels: Object.fromEntries(Array.from({ length: limits.maxLabels + 1 }, (_, i) => [`l${i}`, ''])) })).toThrow(/at most 32 labels/);
  });

  it('is small enough that many fit into one message', () => {
    const datasets = Array.from({ length: limits.maxDatasetsPerAdvert }, (_, i) => ({ cid: sampleJob, name: `${i}`, shards: 8_192, held: new Uint8Array(1_024) }));
    expect(() => seal({ datasets })).toThrow(expect.objectContaining({ code: 'document-oversize' }));
    const room = limits.maxAdvertsPerMessage * (limits.maxAdvertBytes + limits.maxEnvelopeOverheadBytes + 5);
    expect(room).toBeLessThan(limits.maxMessageBytes);
  });
});
