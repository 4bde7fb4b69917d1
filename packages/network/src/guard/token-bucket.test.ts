import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTokenBucket } from './token-bucket.ts';

it('lets a burst through, then says how long to wait', () => {
  const clock = createManualClock();
  const bucket = createTokenBucket(clock, 10, 20);
  expect(bucket.take(20)).toBe(0);
  expect(bucket.take(5)).toBe(500);
  clock.at = 500;
  expect(bucket.tryTake(1)).toBe(false);
  clock.at = 600;
  expect(bucket.tryTake(1)).toBe(true);
});

it('never holds more than its burst', () => {
  const clock = createManualClock();
  const bucket = createTokenBucket(clock, 1_000, 5);
  clock.at = 60_000;
  expect(bucket.tryTake(6)).toBe(false);
  expect(bucket.tryTake(5)).toBe(true);
});
