import { encodeValue, sealEntry, type JobSpec } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { JobLedger } from '../ledger/ledger.ts';
import { beginActing } from '../steward/acting.ts';
import { withClass } from './determinism.ts';
import { createRequestedJob, type RequestedJob } from './job.ts';
import { summaryOf } from '../views/summary.ts';

/** Posts a job: from here on it survives its requester. */
export function postJob(turn: Turn, asked: JobSpec, nonce: Uint8Array): RequestedJob | undefined {
  const { engine, now, effects } = turn;
  const spec = withClass(turn, asked);
  const { mesh, members } = engine.config;
  const membership = members === undefined ? {} : { membership: members.shown };
  const entry = sealEntry({ at: now, facts: [{ kind: 'posted', mesh, spec, nonce, ...membership }] }, engine.signer, engine.crypto);
  const ledger = new JobLedger(entry.job, engine.crypto, engine.opener);
  ledger.add(entry);
  const job = createRequestedJob(ledger);
  if (job === undefined) return undefined;
  engine.requested.set(job.job, job);
  effects.push({ type: 'append', records: [{ scope: job.job, kind: 'entry', key: entry.id, bytes: entry.bytes }] });
  effects.push({ type: 'summarize', scope: job.job, closed: false, summary: encodeValue(summaryOf(job)) });
  effects.push({ type: 'submitted', job: job.job });
  engine.timers.set(job.timerKey, now);
  beginActing(turn, job, engine.config.timings.delegateAfterMs);
  return job;
}
