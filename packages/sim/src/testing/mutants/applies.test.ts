import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from './list.ts';

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('the engine still has what "%s" changes', (_name, mutant) => {
  for (const { file, find } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
    const source = readFileSync(new URL(`../../../../engine/src/${file}`, import.meta.url), 'utf8');
    expect(source.split(find).length - 1, `${file} must hold \`${find}\` once; mend the list of mutants`).toBe(1);
  }
});

test.each(mutants.flatMap(({ name, seed }) => (seed === undefined ? [] : [[name, seed]])))('docs/SIMULATION.md says which seed kills "%s"', (name, seed) => {
  const docs = readFileSync('docs/SIMULATION.md', 'utf8');
  const [row, ...others] = docs.split('\n').filter((line) => line.startsWith(`| ${name} |`));
  expect(others).toEqual([]);
  expect(row).toMatch(new RegExp(` \\| ${seed} \\|$`));
});
