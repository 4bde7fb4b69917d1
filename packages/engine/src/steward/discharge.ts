import { encodeValue } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import type { JobLedger } from '../ledger/ledger.ts';
import { actingKey } from './choose.ts';
import type { StewardedJob } from './job.ts';

/** Whether a job is in our hands, by the newest delegation and while nobody cancelled it. */
export function isEntrusted({ self }: Engine, { delegations, cancelled }: JobLedger): boolean {
  return cancelled.size === 0 && delegations.trustees().includes(self);
}

/** A job is out of our hands: nothing of it is kept, but for what we have of it in another part. */
export function discharge(turn: Turn, job: StewardedJob, why: string): void {
  const { engine, effects } = turn;
  engine.stewarded.delete(job.job);
  engine.timers.clear(job.timerKey);
  stopActing(turn, job);
  effects.push({ type: 'unpin', job: job.job, as: 'keeper' });
  if (job.spec.checkpoint !== 'never') effects.push({ type: 'unsave', job: job.job, unit: undefined }); // of a time when we acted
  effects.push({ type: 'changed', job: job.job });
  const hasReceipt = [...job.ledger.receipts.values()].some(({ worker }) => worker === engine.self);
  if (engine.worked.has(job.job)) return;
  if (hasReceipt) effects.push({ type: 'summarize', scope: job.job, closed: true, summary: encodeValue({ role: 'steward', left: why }) });
  else effects.push({ type: 'forget', scope: job.job });
}

/** Somebody before us acts: leases and all that is known stay in the ledger, where it finds them. */
export function stopActing({ engine }: Turn, { job }: StewardedJob): void {
  const acting = engine.requested.get(job);
  if (acting?.authority !== 'steward') return;
  engine.requested.delete(job);
  engine.timers.clear(acting.timerKey);
  engine.timers.clear(actingKey(acting));
}
