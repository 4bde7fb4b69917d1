import { describe, expect, it } from 'vitest';
import { creditOf } from './credit.ts';

const day = 86_400_000;

describe('credit', () => {
  // Folding@home's own figures for a base of 10,000, a time-out of 2 days and a deadline of 5.
  it.each([
    [0.5, 27_386],
    [1, 19_364],
    [2, 10_000],
    [3, 10_000],
  ])('after %d days is %d', (days, credit) => {
    expect(creditOf({ fuel: 10_000, elapsedMs: days * day, deadlineMs: 5 * day, timeoutMs: 2 * day })).toBe(credit);
  });

  it('without a deadline is the fuel', () => {
    expect(creditOf({ fuel: 123, elapsedMs: 5, deadlineMs: undefined })).toBe(123);
  });
});
