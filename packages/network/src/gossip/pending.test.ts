import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createPending } from './pending.ts';

function setUp() {
  const clock = createManualClock();
  return { clock, pending: createPending(clock, { maxPendingGossip: 3, maxPendingGossipBytes: 10, pendingGossipMs: 100 }) };
}

it('gives messages out once their topic has an audience, in order and once', () => {
  const { pending } = setUp();
  pending.add('a', Uint8Array.of(1));
  pending.add('b', Uint8Array.of(2));
  pending.add('a', Uint8Array.of(3));
  expect(pending.take((topic) => topic === 'a').map(({ message }) => message[0])).toEqual([1, 3]);
  expect(pending.take(() => true).map(({ message }) => message[0])).toEqual([2]);
  expect(pending.take(() => true)).toEqual([]);
});

it('forgets the oldest beyond its bounds, and what has waited too long', () => {
  const { clock, pending } = setUp();
  for (let index = 0; index < 5; index += 1) pending.add('a', Uint8Array.of(index));
  pending.add('a', new Uint8Array(9).fill(9));
  expect(pending.take(() => true).map(({ message }) => message[0])).toEqual([4, 9]);
  pending.add('a', Uint8Array.of(1));
  clock.at = 101;
  expect(pending.take(() => true)).toEqual([]);
});
