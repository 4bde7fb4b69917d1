// npm run bench [-- names of packages] [options of the benches, like --json]
// Every packages/<name>/bench/main.ts is a bench; Node runs it from source.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureReady } from './lib/ensure.mjs';
import { main, SetupError } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';
import { root } from './lib/project.mjs';
import { runShown } from './lib/shown.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  const all = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'bench', 'main.ts')));
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new SetupError(`There is no bench "${unknown}". There are: ${all.join(', ') || 'none'}`);
  await ensureReady();
  let worst = 0;
  for (const name of names.length > 0 ? names : all) {
    worst = Math.max(worst, await runShown(findNode(), ['--conditions=@shoal/source', `packages/${name}/bench/main.ts`, ...options]));
  }
  return worst;
});
