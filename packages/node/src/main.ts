import { systemContext } from './cli/context.ts';
import { holdProcess } from './cli/hold.ts';
import { shoal } from './cli/shoal.ts';

/** Whoever read our output has enough (`shoal job ls | head`), or the terminal is gone: no reason to crash. */
const tolerated = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!tolerated.has(error.code ?? '')) throw error;
  });
}

holdProcess();
await shoal(process.argv.slice(2), systemContext());
// Whatever a library left open must not keep the process. Output is written by now: it is synchronous on POSIX systems.
process.exit();
