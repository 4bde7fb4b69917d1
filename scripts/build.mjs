// npm run build
import { ensureReady } from './lib/ensure.mjs';
import { main } from './lib/main.mjs';

await main(ensureReady);
