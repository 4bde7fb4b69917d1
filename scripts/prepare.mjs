// Run by npm after `npm install` in the clone, so that `npx shoal` works at once.
// A tree that does not compile must not keep anybody from installing, so a failure is told and no more.
import { build, setupMark } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';
import { Interrupted } from './lib/signals.mjs';

await main(async () => {
  if (process.env[setupMark] !== undefined) return;
  try {
    await build();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    process.stderr.write(`${/** @type {Error} */ (error).message}\nThe dependencies are installed, but nothing was built. Once that is mended, run: npm run build\n`);
  }
});
