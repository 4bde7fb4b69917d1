import { readFileSync, writeFileSync } from 'node:fs';
import { currentGolden, type Golden } from '../vectors.ts';

/**
 * Adds vectors of new documents, messages and kinds to the golden file; what is there stays as it is.
 * Run: node --conditions=@shoal/source packages/protocol/src/testing/write-vectors/main.ts
 */
const file = new URL('../../../vectors/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const current = currentGolden();

const merged: Golden = {
  numbers: { ...current.numbers, ...golden.numbers },
  kinds: [...new Set([...golden.kinds, ...current.kinds])],
  vectors: { ...current.vectors, ...golden.vectors },
};
writeFileSync(file, `${JSON.stringify(merged, null, 1)}\n`);
const added = Object.keys(merged.vectors).length - Object.keys(golden.vectors).length;
process.stdout.write(`${added} vectors added to ${Object.keys(golden.vectors).length}\n`);
