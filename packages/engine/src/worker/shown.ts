import type { Cid } from '@shoal/runtime';
import type { Fact } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { commitmentOf, saltOf } from '../verify/commitment.ts';
import type { WorkedJob } from './job.ts';

/** Binds its author to a result that it does not tell yet. */
export function commitFact({ engine }: Turn, job: WorkedJob, unit: number, result: Cid): Fact {
  const salt = saltOf(engine.saltKey, job.job, unit, engine.crypto);
  const commitment = commitmentOf({ job: job.job, unit, worker: engine.self, salt, result }, engine.crypto);
  return { kind: 'committed', lease: job.lease, unit, commitment };
}

/** What is shown once all commitments are in; undefined where there is no result here. */
export function revealFact({ engine }: Turn, job: WorkedJob, unit: number): Fact | undefined {
  const done = job.done.get(unit);
  if (done === undefined) return undefined;
  const salt = saltOf(engine.saltKey, job.job, unit, engine.crypto);
  return { kind: 'revealed', unit, salt, result: done.result, document: done.document };
}
