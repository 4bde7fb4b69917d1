import type { Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { discharge, isEntrusted } from './discharge.ts';
import { createStewardedJob } from './job.ts';
import { holdProgram, keepAccepted } from './keep.ts';
import { watchOver } from './watch.ts';

/**
 * Takes a job that is entrusted to us up where the journal left it; whoever acts has a term to say so. Returns what is left
 * to do once our other parts in it are known: one that is in other hands by now is forgotten, unless we work on it.
 */
export function recoverStewarded(turn: Turn, ledger: JobLedger): () => void {
  const { engine, now } = turn;
  const { self } = engine;
  const nothing = (): void => {};
  if (!ledger.delegations.stewards.has(self) && !ledger.delegations.keepers.has(self)) return nothing;
  const job = createStewardedJob(ledger, now, now + engine.config.timings.actingForMs);
  if (job === undefined) return nothing;
  if (!isEntrusted(engine, ledger)) return () => discharge(turn, job, 'over');
  engine.stewarded.set(job.job, job);
  holdProgram(turn, job);
  keepAccepted(turn, job);
  watchOver(turn, job);
  return nothing;
}
