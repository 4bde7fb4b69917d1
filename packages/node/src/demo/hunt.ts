import type { JobView } from '@shoal/peer';
import type { Random } from '@shoal/runtime';
import { sleep } from '../cli/sleep.ts';
import { limits } from '../limits.ts';
import type { DemoPeer } from './peer.ts';
import type { Session } from './session.ts';
import type { Kill } from './state.ts';

/** Waits until a worker is in the middle of a unit, and kills it there; undefined when the job ends before. */
export async function killOneAtWork(session: Session, workers: readonly DemoPeer[], jobEnded: AbortSignal): Promise<Kill | undefined> {
  const { clock, random, state } = session;
  const signal = AbortSignal.any([session.signal, jobEnded]);
  while (!signal.aborted) {
    const { job, postedAt = clock.monotonic() } = state;
    if (job !== undefined && isUnderWay(job)) {
      const found = await findAtWork(workers, job.id, random);
      if (found !== undefined) {
        const { peer, unit, pid } = found;
        peer.kill();
        const committedBefore = state.job?.workers.find((worker) => worker.peer === peer.id)?.committed ?? 0;
        return { peer, unit, pid, committedBefore, afterMs: clock.monotonic() - postedAt };
      }
    }
    await sleep(clock, limits.demoHuntPollMs, signal);
  }
  return undefined;
}

/** Late enough that something is accepted already, early enough that much is left to recover. */
function isUnderWay(job: JobView): boolean {
  return job.accepted >= 1 || job.executions >= job.units / 2;
}

async function findAtWork(workers: readonly DemoPeer[], job: string, random: Random): Promise<{ peer: DemoPeer; unit: number; pid: number } | undefined> {
  const first = random.integer(workers.length);
  // Whom it hits is left to chance: the job must survive the loss of any of them.
  for (const peer of [...workers.slice(first), ...workers.slice(0, first)]) {
    const status = await peer.refresh();
    const work = status?.work.find((each) => each.job === job);
    if (status !== undefined && work !== undefined) return { peer, unit: work.unit, pid: status.pid };
  }
  return undefined;
}
