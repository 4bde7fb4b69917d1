import { systemCrypto, type Cid } from '@shoal/runtime';
import { documentCid } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import { authorOf } from '../testing/facts.ts';
import { commitmentOf, saltOf, type Revelation } from './commitment.ts';

const cid = (text: string): Cid => documentCid(new TextEncoder().encode(text), systemCrypto);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const one: Revelation = { job: cid('job'), unit: 3, worker: authorOf('a').id, salt: new Uint8Array(16).fill(1), result: cid('result') };

describe('a commitment', () => {
  it('is 32 bytes, the same for the same revelation', () => {
    expect(commitmentOf(one, systemCrypto)).toHaveLength(32);
    expect(commitmentOf({ ...one }, systemCrypto)).toEqual(commitmentOf(one, systemCrypto));
  });

  it('is another one for another job, unit, worker, salt or result', () => {
    const others: Revelation[] = [
      one,
      { ...one, job: cid('another job') },
      { ...one, unit: 4 },
      { ...one, unit: 33 },
      { ...one, worker: authorOf('b').id },
      { ...one, salt: new Uint8Array(16).fill(2) },
      { ...one, result: cid('another result') },
    ];
    expect(new Set(others.map((other) => hex(commitmentOf(other, systemCrypto)))).size).toBe(others.length);
  });
});

describe('a salt', () => {
  const key = new Uint8Array(32).fill(9);

  it('is found again by whoever has the key, and is another one for another job, unit or key', () => {
    const salts = [
      saltOf(key, one.job, 1, systemCrypto),
      saltOf(key, one.job, 2, systemCrypto),
      saltOf(key, one.job, 12, systemCrypto),
      saltOf(key, cid('another job'), 1, systemCrypto),
      saltOf(new Uint8Array(32).fill(8), one.job, 1, systemCrypto),
    ];
    expect(salts.every((salt) => salt.length === 16)).toBe(true);
    expect(new Set(salts.map(hex)).size).toBe(salts.length);
    expect(saltOf(key, one.job, 1, systemCrypto)).toEqual(salts[0]);
  });
});
