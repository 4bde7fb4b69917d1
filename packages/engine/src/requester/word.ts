import type { Turn } from '../engine.ts';
import type { RequestedJob } from './job.ts';
import { bringOutputs } from './outputs.ts';
import { concludeCheck, settle } from './units.ts';

/**
 * Settles a unit by the word of those whose word needs no proof: the requester's, and our own. What another steward
 * accepted or gave up is evaluated from what workers showed, as if nobody had said anything.
 */
export function takeWord(turn: Turn, job: RequestedJob, unit: number): void {
  const { self } = turn.engine;
  const facts = job.ledger.units.get(unit);
  if (facts === undefined || job.settled.has(unit)) return;
  const isTrusted = (peer: string): boolean => peer === job.requester || peer === self;
  const accepted = [...facts.accepted].filter(([result]) => [...(facts.acceptedBy.get(result) ?? [])].some(isTrusted));
  if (accepted.length > 0) {
    settle(job, unit, 'accepted');
    concludeCheck(turn, job, unit, accepted.flatMap(([, workers]) => [...workers]));
    for (const [result, workers] of accepted) bringOutputs(turn, job, unit, { result, workers: [...workers] });
  } else if ([...facts.abandoned.values()].some(({ by }) => isTrusted(by))) {
    settle(job, unit, 'abandoned');
    concludeCheck(turn, job, unit, []);
  }
}
