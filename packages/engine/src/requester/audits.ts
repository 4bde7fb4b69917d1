import type { Cid } from '@shoal/runtime';
import type { Turn } from '../engine.ts';
import { votesOf } from '../ledger/unit-facts.ts';
import type { RequestedJob } from './job.ts';

/** Share of the units accepted on one peer's word that are run once more by another: patience of a cheat must not pay. */
const auditShare = 0.05;

/**
 * Draws consequences for those who voted on a unit. Only what at least two showed says anything about either:
 * agreement with the accepted result is valid, anything else is not.
 */
export function judge({ engine }: Turn, job: RequestedJob, unit: number, accepted: Cid): void {
  const votes = votesOf(job.ledger.unit(unit), job.spec.verify.quorum > 1);
  if (votes.size < 2) return;
  for (const [worker, result] of votes) {
    if (result === accepted) engine.standings.valid(worker);
    else engine.standings.invalid(worker);
  }
}

/** Lots decide whether a unit that was accepted on one peer's word is checked. */
export function planAudit({ random }: Turn, job: RequestedJob, unit: number): void {
  if (job.required.get(unit) === 1 && job.spec.verify.quorum > 1 && random.float() < auditShare) job.audits.add(unit);
}

/**
 * A further result for a unit that is settled: late, or of an audit. It is compared all the same. Where it differs and
 * the unit stands on one peer's word, nobody knows yet who is wrong: both lose their trust, and the unit shows as disputed.
 */
export function compareLate({ engine }: Turn, job: RequestedJob, unit: number, worker: string): void {
  const facts = job.ledger.unit(unit);
  const [accepted] = facts.accepted;
  const votes = votesOf(facts, job.spec.verify.quorum > 1);
  const shown = [...votes].find(([peer]) => peer === worker);
  if (accepted === undefined || shown === undefined) return;
  job.audits.delete(unit);
  const [result, behind] = accepted;
  const [peer, other] = shown;
  if (behind.has(peer)) return;
  if (other === result) {
    engine.standings.valid(peer);
    if (behind.size === 1) for (const alone of behind) engine.standings.valid(alone);
    return;
  }
  engine.standings.invalid(peer);
  if (behind.size === 1) for (const alone of behind) engine.standings.invalid(alone);
}
