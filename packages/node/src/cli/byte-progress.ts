import type { Context } from './context.ts';
import { humanBytes, humanDuration } from '../output/quantities.ts';
import { createLive } from '../output/live.ts';

/** Runs a task that counts bytes, showing them on a terminal meanwhile. */
export async function withByteProgress<T>(
  context: Context,
  what: string,
  quiet: boolean,
  task: (onProgress: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  if (quiet || !context.err.isTTY) return task(() => {});
  const live = createLive(context.err, context.clock);
  const begin = context.clock.monotonic();
  try {
    return await task((bytes) => {
      const elapsedMs = context.clock.monotonic() - begin;
      const rate = elapsedMs > 500 ? `, ${humanBytes((bytes / elapsedMs) * 1000)}/s` : '';
      live.draw([`${what} ${humanBytes(bytes)} in ${humanDuration(elapsedMs)}${rate}`]);
    });
  } finally {
    live.end();
  }
}
