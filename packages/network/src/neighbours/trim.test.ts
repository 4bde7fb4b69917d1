import { expect, it } from 'vitest';
import { systemRandom, type PeerId } from '@shoal/runtime';
import { chooseLeavers } from './trim.ts';

const limits = { neighbourCap: 4, neighbourTarget: 3, trimGraceMs: 100 };
const named = (names: string, forMs = 1_000): { peer: PeerId; forMs: number }[] => [...names].map((name) => ({ peer: name as PeerId, forMs }));

it('lets nobody go up to the cap', () => {
  expect(chooseLeavers({ neighbours: named('abcd'), isUseful: () => false, random: systemRandom, limits })).toEqual([]);
});

it('goes down to the target, sparing the useful and the new', () => {
  const neighbours = [...named('abcd'), ...named('ef', 50)];
  const leavers = chooseLeavers({ neighbours, isUseful: (peer) => peer === 'a', random: systemRandom, limits });
  expect(leavers).toHaveLength(3);
  expect(leavers).not.toContain('a');
  expect(leavers).not.toContain('e');
  expect(leavers).not.toContain('f');
});

it('keeps too many rather than let a useful one go', () => {
  expect(chooseLeavers({ neighbours: named('abcdefgh'), isUseful: () => true, random: systemRandom, limits })).toEqual([]);
});
