import { sealAdvert, type Advert } from '@shoal/protocol';
import { describe, expect, it } from 'vitest';
import type { KnownAdvert } from '../roster/roster.ts';
import { seededRandom } from '../testing/behaviours.ts';
import { quickCrypto } from '../testing/crypto.ts';
import { authorOf } from '../testing/facts.ts';
import { countedSpec, holding, shardSpec } from '../testing/specs.ts';
import { rank, scoreOf } from './score.ts';

function advert(more: Partial<Advert> = {}): KnownAdvert {
  const value: Advert = {
    mesh: 'test', seq: 1, at: 1, ttlMs: 60_000, agent: 'test', addresses: [], slots: 2, free: 2, memoryBytes: 1 << 30, fuelPerSecond: 0,
    engines: ['wasm'], isolation: 'full', determinismClass: 'test', labels: {}, datasets: [], ...more,
  };
  return { ...sealAdvert(value, authorOf('a').signer, quickCrypto), receivedAt: 0, expiresAt: 60_000, source: undefined };
}

describe('a score', () => {
  const counted = countedSpec(4);
  const shards = shardSpec(4, 'allowed');

  it('is worse for a peer that is busy', () => {
    expect(scoreOf(counted, advert({ free: 0 }), 0)).toBeGreaterThan(scoreOf(counted, advert(), 0));
  });

  it('is worse the more bytes would have to move', () => {
    const scores = [4, 2, 0].map((held) => scoreOf(shards, advert({ datasets: [holding(4, (i) => i < held)] }), 0));
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(new Set(scores).size).toBe(3);
  });

  it('is worse for a peer that refused or failed before', () => {
    expect(scoreOf(counted, advert(), 2)).toBeGreaterThan(scoreOf(counted, advert(), 1));
  });

  it('is a finite number for whatever an advert may say', () => {
    const odd = advert({ slots: 0, free: Number.MAX_SAFE_INTEGER, memoryBytes: 0 });
    for (const spec of [counted, shards]) expect(Number.isFinite(scoreOf(spec, odd, 0))).toBe(true);
  });
});

describe('a ranking', () => {
  it('puts the clearly better first, and draws lots between those who are nearly alike', () => {
    const random = seededRandom(5);
    const firsts = new Set<string>();
    for (let i = 0; i < 100; i += 1) {
      const ranked = rank([{ item: 'bad', score: 2 }, { item: 'good', score: 1 }, { item: 'alike', score: 1.01 }], random);
      firsts.add(ranked[0] as string);
      expect(ranked[2]).toBe('bad');
    }
    expect(firsts).toEqual(new Set(['good', 'alike']));
  });

  it('is the same for the same dice', () => {
    const items = Array.from({ length: 20 }, (_, i) => ({ item: i, score: 1 + i / 1_000 }));
    expect(rank(items, seededRandom(9))).toEqual(rank(items, seededRandom(9)));
  });
});
