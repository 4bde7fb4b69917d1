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

test('stewards, absences, costly units and what else a job can do without go as well', () => {
  const [job] = drawScenario(1).jobs;
  if (job === undefined) throw new Error('a scenario has a job');
  const scenario = { ...drawScenario(1), awayMs: 30_000, trusteeShare: 1, jobs: [{ ...job, stewards: 2, keepers: 1, cancelAfterMs: 5_000, adaptive: true, fuel: 3_000_000 }] };
  const { scenario: small } = shrink(scenario, ({ jobs }) => jobs.some(({ keepers }) => keepers !== undefined), 300);
  expect(small).not.toHaveProperty('awayMs');
  expect(small.jobs).toEqual([expect.objectContaining({ keepers: 1, adaptive: false, fuel: 100_000, units: 1 })]);
  expect(small.jobs[0]).not.toHaveProperty('stewards');
  expect(small.jobs[0]).not.toHaveProperty('cancelAfterMs');
});
