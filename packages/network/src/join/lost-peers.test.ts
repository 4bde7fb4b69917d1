import { expect, it } from 'vitest';
import { systemRandom, type PeerId } from '@shoal/runtime';
import { createManualClock } from '../testing/manual-clock.ts';
import { createLostPeers } from './lost-peers.ts';

const limits = { lostRetryMs: 100, lostRetryMaxMs: 1_000, maxLostPeers: 2 };

function setUp() {
  const clock = createManualClock();
  return { clock, lost: createLostPeers(clock, systemRandom, limits) };
}

it('tries a lost peer again, ever later, until it is back', () => {
  const { clock, lost } = setUp();
  lost.add('a' as PeerId);
  expect(lost.due(5)).toEqual([]);
  let tries = 0;
  for (; clock.at < 20_000; clock.at += 10) tries += lost.due(5).length;
  expect(tries).toBeGreaterThan(15);
  expect(tries).toBeLessThan(35);
  lost.remove('a' as PeerId);
  clock.at += 5_000;
  expect(lost.due(5)).toEqual([]);
});

it('forgets the one lost longest ago when there are too many', () => {
  const { clock, lost } = setUp();
  for (const name of ['a', 'b', 'c']) lost.add(name as PeerId);
  clock.at = 200;
  expect(lost.due(5)).toEqual(['b', 'c']);
});
