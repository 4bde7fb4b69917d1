import type { JobView } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import type { ApiClient } from '../client/client.ts';
import { limits } from '../limits.ts';
import { createLive } from '../output/live.ts';
import { describeBriefly, describeJob } from './describe.ts';

/** Shows a job on the error stream until it ends; resolves with its last view. */
export async function followJob(context: Context, peer: ApiClient, id: string, options: { quiet: boolean; signal: AbortSignal }): Promise<JobView> {
  const live = createLive(context.err, context.clock);
  let last: JobView | undefined;
  let saidAt = -Infinity;
  const show = (job: JobView): void => {
    if (options.quiet) return;
    const now = context.clock.now();
    live.draw(describeJob(job, context.err, now));
    const isDue = context.clock.monotonic() - saidAt >= limits.sparseEveryMs;
    if (!context.err.isTTY && isDue && job.state === 'open') {
      saidAt = context.clock.monotonic();
      live.note(describeBriefly(job, now));
    }
  };
  // The clock on the screen goes on while the job does not.
  let cancel: (() => void) | undefined;
  const tick = (): void => {
    if (last !== undefined) show(last);
    cancel = context.clock.setTimer(1_000, tick);
  };
  tick();
  try {
    for await (const job of peer.watch(id, { signal: options.signal })) {
      last = job;
      show(job);
    }
  } finally {
    cancel?.();
    live.end();
  }
  return last ?? (await peer.job(id)).job;
}
