import type { Clock } from '@shoal/runtime';
import type { Job } from '@shoal/peer';
import { sleep } from '../cli/sleep.ts';
import { limits } from '../limits.ts';
import type { WatchLine } from './wire.ts';

/** Views of a job as it moves, and also when only time has passed; never the same twice in a row. Ends with the job. */
export async function* freshViews(job: Job, clock: Clock, parent: AbortSignal): AsyncGenerator<WatchLine> {
  const stop = new AbortController();
  const signal = AbortSignal.any([parent, stop.signal]);
  const news = job.watch({ signal })[Symbol.asyncIterator]();
  let next = news.next();
  let last = '';
  try {
    for (;;) {
      const came = await Promise.race([next, sleep(clock, limits.viewEveryMs, signal)]);
      if (came?.done === true) return;
      signal.throwIfAborted();
      if (came !== undefined) next = news.next();
      const line: WatchLine = { kind: 'view', job: came === undefined ? job.view() : came.value };
      const text = JSON.stringify(line);
      if (text !== last) yield line;
      last = text;
    }
  } finally {
    stop.abort();
    // The reader has left, or the error that ended the loop is this same one.
    next.catch(() => undefined);
  }
}
