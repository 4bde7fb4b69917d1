// npm run lab [-- parts of scenarios' names] [--json] [--list]: meshes of real peers behind bad links and NATs.
// Node runs it from source; see test/lab and docs/LAB.md.
import { ensureReady } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';
import { findNode } from './lib/node24.mjs';
import { runShown } from './lib/shown.mjs';

await main(async () => {
  await ensureReady();
  return runShown(findNode(), ['--conditions=@shoal/source', 'test/lab/main.ts', ...process.argv.slice(2)]);
});
