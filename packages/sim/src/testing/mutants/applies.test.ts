import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from './list.ts';

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('the engine still has what "%s" changes', (_name, mutant) => {
  for (const { file, find } of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
    const source = readFileSync(new URL(`../../../../engine/src/${file}`, import.meta.url), 'utf8');
    expect(source.split(find).length - 1, `${file} must hold \`${find}\` once; mend the list of mutants`).toBe(1);
  }
});

test('docs/SIMULATION.md says of each mutant which rule it breaks, and which seed shows it', () => {
  const told = [...readFileSync('docs/SIMULATION.md', 'utf8').matchAll(/^\| (.+) \| `?([^|`]+)`? \| (\d+) \|$/gm)].map(([, name, rule, seed]) => [name, rule, Number(seed)]);
  expect(told).toEqual(mutants.flatMap(({ name, rule, seed }) => (seed === undefined ? [] : [[name, rule, seed]])));
});
