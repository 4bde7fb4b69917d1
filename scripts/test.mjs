// npm test [-- part of a file's name, or options of vitest]
import { ensureReady } from './lib/ensure.mjs';
import { run } from './lib/child.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';

await main(async () => {
  await ensureReady();
  const { code } = await run(findNode(), ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], { show: true });
  return code;
});
