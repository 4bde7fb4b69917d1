import { signerFromSeed } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPeerId, parsePeerId, peerIdOf, publicKeyOf } from './peer-id.ts';

const valid = '12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB';

describe('a peer id', () => {
  it('stands for a public key, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        const peer = peerIdOf(key);
        expect(parsePeerId(peer)).toBe(peer);
        expect(publicKeyOf(peer)).toEqual(key);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('is what libp2p calls the same key', () => {
    expect(peerIdOf(signerFromSeed(Uint8Array.from({ length: 32 }, (_, i) => i)).publicKey)).toBe(valid);
  });

  it.each([
    '',
    'QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR',
    '12D3KooW',
    valid.slice(0, -1),
    `12D3KooW${'z'.repeat(44)}`, // the right letters, and another kind of key
    `${valid}\n`,
    `${valid.slice(0, -1)}0`,
  ])('is not %j', (text) => {
    expect(isPeerId(text)).toBe(false);
    expect(() => parsePeerId(text)).toThrow(expect.objectContaining({ code: 'peer-id-invalid' }));
  });
});
