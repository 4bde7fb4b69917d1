import { encodeValue } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { summaryOf } from '../views/summary.ts';
import { adoptLease } from './adopt.ts';
import { createRequestedJob, type RequestedJob } from './job.ts';
import { learnOperator } from './origin.ts';
import { recallRunners } from './runners.ts';
import { evaluate } from './units.ts';
import { takeWord } from './word.ts';

/** Takes a job up where its ledger stands, as its requester or its steward; workers are told to compare ledgers and report. */
export function recoverRequested(turn: Turn, ledger: JobLedger, authority: RequestedJob['authority'] = 'requester'): void {
  const { engine, now, effects } = turn;
  const job = createRequestedJob(ledger, authority);
  if (job === undefined) return;
  if (authority === 'steward') job.judge = engine.self;
  if (ledger.cancelled.size > 0) return closeAgain(turn, job);
  engine.requested.set(job.job, job);
  // The crash may have come between the posting and the summary by which it is listed.
  if (authority === 'requester') effects.push({ type: 'summarize', scope: job.job, closed: false, summary: encodeValue(summaryOf(job)) });
  for (const [worker, bid] of ledger.bids) learnOperator(engine, worker, bid, job.job);
  recallRunners(job);
  for (const unit of ledger.units.keys()) takeWord(turn, job, unit);
  for (const { lease, worker } of ledger.openLeases()) adoptLease(turn, job, lease, worker);
  // Its stewards have acted meanwhile, or are about to: what they know comes first.
  if (authority === 'requester' && ledger.delegations.trustees().length > 0) job.quietUntil = now + engine.config.timings.returnGraceMs;
  for (const unit of ledger.units.keys()) evaluate(turn, job, unit);
  engine.timers.set(job.timerKey, now);
}

/** It was given up, and the crash came before that was noted as its end. Whoever works on it hears so when it reports. */
function closeAgain({ effects }: Turn, job: RequestedJob): void {
  const reasons = [...job.ledger.cancelled.values()];
  job.outcome = reasons.some(({ code }) => code === 'cancelled') ? 'cancelled' : 'failed';
  if (job.spec.checkpoint !== 'never') effects.push({ type: 'unsave', job: job.job, unit: undefined });
  effects.push({ type: 'summarize', scope: job.job, closed: true, summary: encodeValue(summaryOf(job)) });
}
