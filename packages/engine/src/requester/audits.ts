import type { Cid, PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { votesOf } from '../ledger/unit-facts.ts';
import { tally } from '../verify/tally.ts';
import { acceptedHere } from './accepted.ts';
import { standsAlone } from './belief.ts';
import type { RequestedJob } from './job.ts';
import { isBlind } from './receipts.ts';
import { invite, invitedVotes, runnerOf } from './runners.ts';

/**
 * Draws consequences for those who voted on a unit, once for each. Only what at least two showed says anything about
 * either: agreement with what holds is valid, anything else is not. Returns those who are contradicted.
 */
export function judge({ engine }: Turn, job: RequestedJob, unit: number, holds: Cid): PeerId[] {
  const votes = invitedVotes(job, unit);
  if (votes.size < 2) return [];
  const wrong: PeerId[] = [];
  for (const [worker, result] of votes) {
    const runner = runnerOf(job, unit, worker);
    if (runner === undefined || runner.result === 'judged') continue;
    runner.result = 'judged';
    if (result === holds) engine.standings.valid(worker);
    else {
      engine.standings.invalid(worker);
      wrong.push(worker);
    }
  }
  return wrong;
}

/**
 * A further result for a unit that is settled: compared all the same, once. A worker that we did not give it may only have
 * read what was accepted: of such a one it counts where it differs from what a quorum agreed on. Where it differs from
 * what stands on one peer's word, nobody knows yet who is wrong: somebody else runs it once more, until it is known, and
 * meanwhile neither is trusted, but for a peer with a record against one without. Returns those who turn out to be wrong.
 */
export function compareLate(turn: Turn, job: RequestedJob, unit: number, worker: PeerId): PeerId[] {
  const { standings } = turn.engine;
  if (isBlind(job)) return []; // it may only have read what was accepted
  const accepted = acceptedHere(job, unit);
  const shown = votesOf(job.ledger.unit(unit), job.spec.verify.quorum > 1).get(worker);
  if (accepted === undefined || shown === undefined) return [];
  const { result, workers: behind } = accepted;
  if (behind.has(worker)) return [];
  if (job.spec.verify.quorum === 1 && shown !== result) return []; // one against one: nobody knows who is wrong
  const isAgreed = !standsAlone(job, unit);
  const runner = isAgreed && shown !== result ? invite(job, unit, worker) : runnerOf(job, unit, worker);
  if (runner?.result !== 'open') return [];
  if (isAgreed) {
    runner.result = 'judged';
    if (shown === result) standings.valid(worker);
    else standings.invalid(worker);
    return shown === result ? [] : [worker];
  }
  runner.result = 'compared';
  const votes = invitedVotes(job, unit);
  const { winner } = tally(votes, job.spec.verify.quorum, (peer) => job.ledger.origins.get(peer));
  if (winner !== undefined) {
    job.audits.delete(unit);
    return judge(turn, job, unit, winner.result);
  }
  if (shown === result) return [];
  const known = new Set([...votes].filter(([peer]) => standings.isTrusted(peer)).map(([, of]) => of));
  for (const [peer] of votes) if (!standings.isTrusted(peer) || known.size > 1) standings.doubt(peer);
  if (votes.size < 2 * job.spec.verify.quorum) job.audits.add(unit);
  else job.audits.delete(unit);
  return [];
}
