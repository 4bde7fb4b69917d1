import type { Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { discharge, isEntrusted } from './discharge.ts';
import { createStewardedJob } from './job.ts';
import { holdProgram, keepAccepted } from './keep.ts';
import { watchOver } from './watch.ts';

/** Takes a job that is entrusted to us up where the journal left it; whoever acts has a term to say so. */
export function recoverStewarded(turn: Turn, ledger: JobLedger): void {
  const { engine, now } = turn;
  const { self } = engine;
  if (!ledger.delegations.stewards.has(self) && !ledger.delegations.keepers.has(self)) return;
  const job = createStewardedJob(ledger, now, now + engine.config.timings.actingForMs);
  if (job === undefined) return;
  if (!isEntrusted(engine, ledger)) return discharge(turn, job, 'over');
  engine.stewarded.set(job.job, job);
  holdProgram(turn, job);
  keepAccepted(turn, job);
  watchOver(turn, job);
}
