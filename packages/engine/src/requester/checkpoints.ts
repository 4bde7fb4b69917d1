import type { Cid, PeerId } from '@shoal/runtime';
import type { MessageBody } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { leaseOf, type Lease, type RequestedJob } from './job.ts';

/** A worker saved a unit that it runs for us, or says why it cannot. */
export function receiveCheckpointed(turn: Turn, job: RequestedJob, from: PeerId, message: MessageBody<'checkpointed'>): void {
  const { unit, checkpoint, bytes, fuel, reason } = message;
  const lease = leaseOf(job, from);
  if (job.outcome !== 'open' || lease?.assigned.has(unit) !== true) return;
  if (reason !== undefined) {
    job.unmovable ??= reason;
    turn.effects.push({ type: 'changed', job: job.job });
    return;
  }
  const known = job.checkpoints.get(unit);
  if (checkpoint === undefined || bytes === undefined || !mayGoOn(job) || (known !== undefined && known.fuel >= fuel)) return;
  if (bytes > turn.engine.config.timings.maxCheckpointBytes) return;
  // The one before stays good until this one is here.
  turn.effects.push({ type: 'save', job: job.job, unit, checkpoint, bytes, from });
  job.checkpoints.set(unit, { checkpoint, fuel, here: false, by: from });
}

/** It was brought here: whoever runs the unit next may go on from it. */
export function holdCheckpoint(job: RequestedJob, unit: number, checkpoint: Cid, ok: boolean): void {
  const known = job.checkpoints.get(unit);
  if (known?.checkpoint !== checkpoint) return;
  if (ok) known.here = true;
  else job.checkpoints.delete(unit);
}

/**
 * Whether a unit may go on at another peer from where one left it. Only where one vote is enough: votes for a quorum are
 * to be of peers who each ran all of it, and whoever made the snapshot would have a part in both.
 */
function mayGoOn({ spec }: RequestedJob): boolean {
  return spec.verify.quorum === 1 && spec.checkpoint !== 'never';
}

/** From where a worker is to go on with a unit that is given to it. Its own checkpoints it has by itself. */
export function resumeFor(job: RequestedJob, lease: Lease, unit: number): Cid | undefined {
  const known = job.checkpoints.get(unit);
  return known?.here === true && known.by !== lease.worker && mayGoOn(job) ? known.checkpoint : undefined;
}

/** Checkpoints of a settled unit are of no use. */
export function dropCheckpoint(turn: Turn, job: RequestedJob, unit: number): void {
  if (job.checkpoints.delete(unit)) turn.effects.push({ type: 'unsave', job: job.job, unit });
}
