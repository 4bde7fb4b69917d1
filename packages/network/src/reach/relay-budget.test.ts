import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createRelayBudget } from './relay-budget.ts';

const limits = { relayBytesPerPeerPerHour: 3_600_000, maxRelayedPeers: 2 };

it('relays a peer its allowance, then nothing until it has recovered', () => {
  const clock = createManualClock();
  const budget = createRelayBudget(clock, limits);
  expect(budget.pass('a', 3_600_000)).toBe(true);
  expect(budget.pass('a', 1)).toBe(false);
  expect(budget.mayOpen('a')).toBe(false);
  expect(budget.mayOpen('b')).toBe(true);
  clock.at += 1_000;
  expect(budget.mayOpen('a')).toBe(true);
  expect(budget.relayedBytes).toBe(3_600_001);
});
