// npm test [-- part of a file's name, or options of vitest]
import { ensureReady } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';
import { runShown } from './lib/shown.mjs';

await main(async () => {
  await ensureReady();
  return runShown(findNode(), ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
});
