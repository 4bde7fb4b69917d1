import type { Cid, PeerId } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';
import { votesOf } from '../ledger/unit-facts.ts';
import { tally } from '../verify/tally.ts';
import { acceptedHere } from './accepted.ts';

/** What this peer made of one worker's run of one unit: each consequence is drawn once. */
export interface Runner {
  /** Whether its result was compared with others, and whether it is known since whether it was right. */
  result: 'open' | 'compared' | 'judged';
  hasFailed: boolean;
  hasContradictedItself: boolean;
}

/** By unit and worker: those to whom it was given, and those who committed to a result before it was settled. */
export type Runners = Map<number, Map<PeerId, Runner>>;

interface WithRunners {
  readonly runners: Runners;
}

/** What of a job is looked at. */
interface Judged extends WithRunners {
  readonly ledger: JobLedger;
  readonly spec: JobSpec;
}

/** From now on what this worker shows of the unit says something about it and about others. */
export function invite({ runners }: WithRunners, unit: number, worker: PeerId): Runner {
  const ofUnit = runners.get(unit) ?? new Map<PeerId, Runner>();
  const runner = ofUnit.get(worker) ?? { result: 'open', hasFailed: false, hasContradictedItself: false };
  runners.set(unit, ofUnit.set(worker, runner));
  return runner;
}

export function runnerOf({ runners }: WithRunners, unit: number, worker: PeerId): Runner | undefined {
  return runners.get(unit)?.get(worker);
}

/** Results that say something about those who showed them: what somebody shows unasked once a unit is settled is none. */
export function invitedVotes(job: Judged, unit: number): Map<PeerId, Cid> {
  const votes = votesOf(job.ledger.unit(unit), job.spec.verify.quorum > 1);
  return new Map([...votes].filter(([worker]) => runnerOf(job, unit, worker) !== undefined));
}

/** After a restart the ledger alone tells: whoever committed had been given the unit, and what was decided was judged then. */
export function recallRunners(job: Judged & Parameters<typeof acceptedHere>[0]): void {
  for (const [unit, { commitments }] of job.ledger.units) {
    for (const [worker, { size }] of commitments) invite(job, unit, worker).hasContradictedItself = size > 1;
    if (acceptedHere(job, unit) === undefined || !isDecided(job, job.ledger, unit)) continue;
    for (const worker of invitedVotes(job, unit).keys()) invite(job, unit, worker).result = 'judged';
  }
}

function isDecided({ spec }: Judged, ledger: JobLedger, unit: number): boolean {
  const votes = votesOf(ledger.unit(unit), spec.verify.quorum > 1);
  return tally(votes, spec.verify.quorum, (peer) => ledger.origins.get(peer)).winner !== undefined;
}
