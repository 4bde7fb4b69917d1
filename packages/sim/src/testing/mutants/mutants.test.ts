import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { linesOf } from '../processes.ts';
import { mutants } from './list.ts';

/** Where the engine's way has changed since, a seed may kill no more: so many further ones are tried. By the rule that the list names, all of them. */
const moreSeeds = 40;
const huntProgram = fileURLToPath(new URL('./hunt.ts', import.meta.url));

test('the simulator kills the mutants', { timeout: 600_000 }, async () => {
  const tasks = mutants.flatMap(({ seed }, number) => (seed === undefined ? [] : [`${number}:${seed}-${seed + moreSeeds}`]));
  expect(tasks.length).toBeGreaterThanOrEqual(15);
  const halves = [0, 1].map((half) => linesOf(huntProgram, tasks.filter((_, i) => i % 2 === half)));
  const lines = (await Promise.all(halves)).flat() as { name: string; seed: number | null }[];
  expect(lines).toHaveLength(tasks.length);
  expect(lines.filter(({ seed }) => seed === null).map(({ name }) => name)).toEqual([]);
});
