import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** Modules that a command waits for before it does anything: what main.ts imports, and what that imports. */
async function loadedAtStart(path: string, found = new Set<string>()): Promise<Set<string>> {
  const text = await readFile(path, 'utf8');
  for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gmu)) {
    const target = name.startsWith('.') ? resolve(dirname(path), name) : name;
    if (found.has(target)) continue;
    found.add(target);
    if (name.startsWith('.')) await loadedAtStart(target, found);
  }
  return found;
}

test('no command waits for what only a running peer needs', async () => {
  const loaded = await loadedAtStart(resolve(import.meta.dirname, 'main.ts'));
  const packages = [...loaded].filter((name) => !name.startsWith('/') && !name.startsWith('node:'));
  expect(packages.toSorted()).toEqual(['@shoal/runtime', 'commander']);
  expect([...loaded].filter((name) => name === 'node:sqlite' || name.includes('/demo/') || name.endsWith('/up.ts') && name.includes('/daemon/'))).toEqual([]);
});
