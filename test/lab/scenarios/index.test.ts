import { expect, it } from 'vitest';
import { scenarios } from './index.ts';

it('has one name a scenario, a claim and a bound with each', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { about, withinMs } of scenarios) {
    expect(about.length).toBeGreaterThan(20);
    expect(withinMs).toBeLessThanOrEqual(300_000);
  }
});
