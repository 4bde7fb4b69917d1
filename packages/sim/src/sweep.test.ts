import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sweepProgram, type RunReport } from './index.ts';
import { linesOf } from './testing/processes.ts';

/** Random worlds in every test run, from seed 1 on; SHOAL_SIM_SEEDS asks for more, or fewer. */
const seeds = Number(process.env['SHOAL_SIM_SEEDS'] ?? 500);
const processes = 2;
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout?.trim() || 'unknown'; // installed without its repository

test(`${seeds} random worlds with every fault come to rest and violate nothing`, { timeout: 1_800_000 }, async () => {
  const lines = await Promise.all(Array.from({ length: processes }, (_, i) => linesOf(sweepProgram, [1 + i, seeds, processes].map(String))));
  const reports = lines.flat() as RunReport[];
  expect(reports).toHaveLength(seeds);
  const failures = reports.filter(({ violations }) => violations.length > 0);
  expect(failures.map(({ seed, violations }) => `at commit ${commit}, shoal simulate --sweep 1 --seed ${seed}: ${violations[0]?.rule}: ${violations[0]?.text}`)).toEqual([]);
});
