import { programPath } from '@shoal/workloads';
import type { ResultBody } from '../../api/wire.ts';
import { sleep } from '../../cli/sleep.ts';
import type { ApiClient } from '../../client/client.ts';
import { NodeError } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { humanDuration } from '../../output/quantities.ts';
import { killOneAtWork } from '../hunt.ts';
import type { Session } from '../session.ts';
import { requesterNumber, workerNumbers } from './join.ts';

export const quorum = 2;

/** Posts the job from a peer that holds nothing, kills a worker in the middle of a unit, and sees the job through. */
export async function runJob(session: Session): Promise<ResultBody[]> {
  const { clock, state } = session;
  const requester = session.peer(requesterNumber);
  const { client } = requester;
  if (client === undefined) throw new NodeError('demo-wrong', 'The requester is not up');
  let results: ResultBody[] = [];
  await session.stage('run', 'posting the job', async (say) => {
    const posted = await client.submit({ program: programPath('flights'), name: 'flights', on: state.dataset ?? '', quorum, move: 'never' });
    state.postedAt = clock.monotonic();
    state.job = posted.job;
    say(`flights.wasm, posted by peer ${requesterNumber}, which holds no data`);
    const ended = new AbortController();
    const hunting = hunt(session, ended.signal);
    const polling = poll(session, client, ended.signal);
    try {
      await watch(session, client, posted.job.id);
    } finally {
      ended.abort();
      await Promise.all([hunting, polling]);
    }
    state.units = (await client.job(posted.job.id)).units;
    if (state.job.state !== 'done') throw new NodeError('demo-wrong', `The job ended ${state.job.state}: ${whyNot(session)}`);
    for await (const result of client.results(posted.job.id, { signal: session.signal })) results = [...results, result];
    return `${state.job.accepted} units accepted, each on the word of two peers (${humanDuration(clock.monotonic() - state.postedAt)})`;
  });
  return results;
}

async function watch(session: Session, client: ApiClient, id: string): Promise<void> {
  for await (const view of client.watch(id, { signal: session.signal })) {
    session.state.job = view;
    noteLoss(session);
    session.changed();
  }
}

function noteLoss({ state, clock }: Session): void {
  const { kill, job } = state;
  if (kill === undefined || state.missedAfterMs !== undefined) return;
  if (job?.workers.some((worker) => worker.peer === kill.peer.id && worker.state === 'lost') === true) {
    state.missedAfterMs = clock.monotonic() - (kill.peer.killedAt ?? clock.monotonic());
  }
}

async function hunt(session: Session, ended: AbortSignal): Promise<void> {
  const kill = await killOneAtWork(session, workerNumbers.map((number) => session.peer(number)), ended);
  if (kill !== undefined) session.state.kill = kill;
  session.changed();
}

/** Keeps the counts of all peers fresh: those of a peer that is killed are what was last heard. */
async function poll(session: Session, client: ApiClient, ended: AbortSignal): Promise<void> {
  const { state, clock } = session;
  while (!ended.aborted && !session.signal.aborted) {
    await Promise.all(state.peers.map((peer) => peer.refresh()));
    if (state.job !== undefined) state.units = (await client.job(state.job.id)).units;
    session.changed();
    await sleep(clock, limits.demoPollMs, ended);
  }
}

function whyNot({ state }: Session): string {
  const reasons = state.units.flatMap((unit) => (unit.reason === undefined ? [] : [`unit ${unit.unit}: ${unit.reason.text || unit.reason.code}`]));
  return reasons.slice(0, 3).join('; ') || 'without a reason';
}
