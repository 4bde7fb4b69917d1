import { expect, test } from 'vitest';
import { htmlOf, study, type StudyOptions } from '../index.ts';

const small: StudyOptions = {
  peers: 12,
  jobs: 2,
  units: 6,
  quorum: 2,
  adaptive: false,
  unitSeconds: 10,
  churn: 0,
  liars: 0,
  colluders: 0,
  sleepers: 0,
  nightly: 0,
  stewards: 0,
  requestersLeave: false,
  history: 0,
  hours: 0.2,
  seed: 1,
};

test('a calm mesh does all its work, about as fast as can be', () => {
  const { figures, samples } = study(small);
  expect(figures).toMatchObject({ seed: 1, peers: 12, jobs: 2, unitsAccepted: 12, unitsLost: 0, wrongAccepted: 0, violations: 0 });
  expect(figures.replicationOverhead).toBeLessThan(2.5);
  expect(figures.makespanVsIdeal).toBeGreaterThanOrEqual(1);
  expect(samples.at(-1)?.unitsAccepted).toBe(12);
  expect(study(small).figures).toEqual(figures);
});

test('peers are shut at night', { timeout: 120_000 }, () => {
  const { samples } = study({ ...small, peers: 8, jobs: 1, nightly: 0.7, hours: 5 });
  const upAt = (hour: number): number => samples.find(({ hourOfDay }) => Math.abs(hourOfDay - hour) < 0.1)?.peersUp ?? 0;
  expect(upAt(20)).toBe(8);
  expect(upAt(22.9)).toBeLessThan(7);
});

test('the page stands alone and shows the figures', () => {
  const done = study(small);
  const page = htmlOf(done, { ...done.figures, wallMs: 1 });
  expect(page).toContain('<svg');
  expect(page).toContain(done.figures.traceHash);
  expect(page).not.toMatch(/<script|src=|href=|NaN|undefined/u);
});
