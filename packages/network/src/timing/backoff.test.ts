import { expect, it } from 'vitest';
import { systemRandom } from '@shoal/runtime';
import { createBackoff } from './backoff.ts';

it('doubles up to its maximum, with jitter, and begins anew', () => {
  const backoff = createBackoff(systemRandom, 100, 800);
  for (const most of [100, 200, 400, 800, 800]) {
    const waitMs = backoff.next();
    expect(waitMs).toBeLessThanOrEqual(most);
    expect(waitMs).toBeGreaterThanOrEqual(most / 2);
  }
  backoff.reset();
  expect(backoff.next()).toBeLessThanOrEqual(100);
});
