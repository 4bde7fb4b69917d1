// npm start [-- options of `shoal demo`]
import { ensureReady } from './lib/ensure.mjs';
import { run } from './lib/child.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';

await main(async () => {
  await ensureReady();
  const { code } = await run(findNode(), ['packages/node/bin/shoal.js', 'demo', ...process.argv.slice(2)], { show: true });
  return code;
});
