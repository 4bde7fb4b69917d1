// npm run bench [-- parts of suites' names] [--json] [--quick]: how fast a mesh is, beside what it stands on.
// Node runs it from source; see test/bench and docs/PERFORMANCE.md.
import { ensureReady } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';
import { runShown } from './lib/shown.mjs';

await main(async () => {
  await ensureReady();
  return runShown(findNode(), ['--conditions=@shoal/source', 'test/bench/main.ts', ...process.argv.slice(2)]);
});
