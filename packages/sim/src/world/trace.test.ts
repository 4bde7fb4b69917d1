import { expect, test } from 'vitest';
import { hashBytes, Trace } from './trace.ts';

test('one bit of a message, wherever it is, is another hash', () => {
  const seen = new Set<number>();
  for (const length of [0, 1, 3, 4, 7, 40]) {
    seen.add(hashBytes(new Uint8Array(length)));
    for (let bit = 0; bit < 8 * length; bit += 1) {
      const bytes = new Uint8Array(length);
      bytes[bit >> 3] = 1 << (bit & 7);
      seen.add(hashBytes(bytes));
    }
  }
  expect(seen.size).toBe(6 + 8 * (0 + 1 + 3 + 4 + 7 + 40));
});

test('order counts', () => {
  const [one, other] = [new Trace(), new Trace()];
  one.mix(1, 2, 3);
  one.mix(4, 5, 6);
  other.mix(4, 5, 6);
  other.mix(1, 2, 3);
  expect(one.hash).not.toBe(other.hash);
});
