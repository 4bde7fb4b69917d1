// npm start [-- options of `shoal demo`]
import { ensureReady } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';
import { runShown } from './lib/shown.mjs';

await main(async () => {
  await ensureReady();
  return runShown(findNode(), ['packages/node/bin/shoal.js', 'demo', ...process.argv.slice(2)]);
});
