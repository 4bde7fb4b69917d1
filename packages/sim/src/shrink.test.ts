import { expect, test } from 'vitest';
import { drawScenario, outline, shrink } from './index.ts';

test('a failing scenario is cut down to what it takes to fail', () => {
  const scenario = { ...drawScenario(1), peers: 40 };
  scenario.faults = { ...scenario.faults, lossRate: 0.05, crashesPerMinute: 1 };
  const { scenario: small, runs } = shrink(scenario, ({ faults, peers }) => faults.lossRate > 0 && peers >= 12);
  expect(small.peers).toBe(12);
  expect(small.faults).toMatchObject({ lossRate: 0.05, crashesPerMinute: 0, partitionsPerMinute: 0 });
  expect(small.jobs).toHaveLength(1);
  expect(runs).toBeLessThanOrEqual(60);
  expect(outline(small).join('\n')).toContain('lossRate 0.050');
});
