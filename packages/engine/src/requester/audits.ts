import type { Cid, PeerId } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { votesOf } from '../ledger/unit-facts.ts';
import { tally } from '../verify/tally.ts';
import { standsAlone } from './belief.ts';
import type { RequestedJob } from './job.ts';
import { isBlind } from './receipts.ts';

/**
 * Draws consequences for those who voted on a unit. Only what at least two showed says anything about either:
 * agreement with what holds is valid, anything else is not. Returns those who are contradicted.
 */
export function judge({ engine }: Turn, job: RequestedJob, unit: number, holds: Cid): PeerId[] {
  const votes = votesOf(job.ledger.unit(unit), job.spec.verify.quorum > 1);
  if (votes.size < 2) return [];
  const wrong: PeerId[] = [];
  for (const [worker, result] of votes) {
    if (result === holds) engine.standings.valid(worker);
    else {
      engine.standings.invalid(worker);
      wrong.push(worker);
    }
  }
  return wrong;
}

/**
 * A further result for a unit that is settled: compared all the same. Where it differs from what stands on one peer's
 * word, nobody knows yet who is wrong: neither is trusted, the unit shows as disputed, and somebody else runs it once
 * more, until it is known. Returns those who turn out to be wrong.
 */
export function compareLate(turn: Turn, job: RequestedJob, unit: number, worker: PeerId): PeerId[] {
  const { standings } = turn.engine;
  if (isBlind(job)) return []; // it may only have read what was accepted
  const facts = job.ledger.unit(unit);
  const [accepted] = facts.accepted;
  const votes = votesOf(facts, job.spec.verify.quorum > 1);
  const shown = votes.get(worker);
  if (accepted === undefined || shown === undefined) return [];
  const [result, behind] = accepted;
  if (behind.has(worker)) return [];
  if (!standsAlone(job, unit)) {
    if (shown === result) standings.valid(worker);
    else standings.invalid(worker);
    return shown === result ? [] : [worker];
  }
  const { winner } = tally(votes, job.spec.verify.quorum, (peer) => job.ledger.origins.get(peer));
  if (winner !== undefined) {
    job.audits.delete(unit);
    return judge(turn, job, unit, winner.result);
  }
  if (shown === result) return [];
  for (const [peer] of votes) standings.doubt(peer);
  if (votes.size < 2 * job.spec.verify.quorum) job.audits.add(unit);
  else job.audits.delete(unit);
  return [];
}
