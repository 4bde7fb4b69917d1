import { signerFromSeed, systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../peer-id.ts';
import { operatorIn, proveOperator } from './operator.ts';

const operator = signerFromSeed(new Uint8Array(32).fill(1));
const peer = peerIdOf(signerFromSeed(new Uint8Array(32).fill(2)).publicKey);
const other = peerIdOf(signerFromSeed(new Uint8Array(32).fill(3)).publicKey);

describe('the proof of an operator', () => {
  it('names the operator of that peer', () => {
    expect(operatorIn(proveOperator(operator, peer), peer, systemCrypto)).toBe(peerIdOf(operator.publicKey));
  });

  it('copied by another peer, or under another key, says nothing', () => {
    const proof = proveOperator(operator, peer);
    expect(operatorIn(proof, other, systemCrypto)).toBeUndefined();
    expect(operatorIn({ ...proof, key: new Uint8Array(32).fill(9) }, peer, systemCrypto)).toBeUndefined();
    expect(operatorIn({ ...proof, signature: new Uint8Array(64) }, peer, systemCrypto)).toBeUndefined();
  });
});
