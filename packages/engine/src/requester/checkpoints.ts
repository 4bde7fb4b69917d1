import type { Cid, PeerId } from '@shoal/runtime';
import type { MessageBody, Reason } from '@shoal/protocol';
import type { Engine, Turn } from '../engine.ts';
import type { EngineEvent } from '../events.ts';
import { leaseOf, type Lease, type RequestedJob } from './job.ts';

/** A worker saved a unit that it runs for us, or says why it cannot. */
export function receiveCheckpointed(turn: Turn, job: RequestedJob, from: PeerId, message: MessageBody<'checkpointed'>): void {
  const { unit, checkpoint, bytes, fuel, reason } = message;
  const lease = leaseOf(job, from);
  if (job.outcome !== 'open' || lease?.assigned.has(unit) !== true) return;
  if (reason !== undefined) return notSaved(turn, job, reason);
  const known = job.checkpoints.get(unit) ?? {};
  if (checkpoint === undefined || bytes === undefined || !mayGoOn(job) || (known.here !== undefined && known.here.fuel >= fuel)) return;
  // One at a time: a later one is told of again, and a worker that tells of many must not keep us busy.
  if (known.coming !== undefined) return;
  const { maxCheckpointBytes, maxSavedBytes } = turn.engine.config.timings;
  if (bytes > maxCheckpointBytes) {
    return notSaved(turn, job, { code: 'checkpoint-too-large', text: `unit ${unit} would have ${bytes} bytes to move, more than ${maxCheckpointBytes}: it goes on at the peer that runs it only` });
  }
  if (savedBytes(turn.engine) + bytes > maxSavedBytes) {
    return notSaved(turn, job, { code: 'checkpoints-full', text: `what units of all jobs saved fills ${maxSavedBytes} bytes here: unit ${unit} goes on at the peer that runs it only` });
  }
  turn.effects.push({ type: 'save', job: job.job, unit, checkpoint, bytes, from });
  job.checkpoints.set(unit, { ...known, coming: { checkpoint, fuel, bytes, by: from } });
}

/** What was brought here, and what is on its way: strangers say how much that is. */
function savedBytes({ requested }: Engine): number {
  let bytes = 0;
  for (const { checkpoints } of requested.values()) for (const { here, coming } of checkpoints.values()) bytes += (here?.bytes ?? 0) + (coming?.bytes ?? 0);
  return bytes;
}

/** Whoever looks at the job is told, once. */
function notSaved(turn: Turn, job: RequestedJob, reason: Reason): void {
  if (job.unmovable !== undefined) return;
  job.unmovable = reason;
  turn.effects.push({ type: 'changed', job: job.job });
}

/**
 * It was brought here: whoever runs the unit next may go on from it. Otherwise the one before stays good. What comes when
 * nobody waits for it any more, may go again.
 */
export function holdCheckpoint({ engine, effects }: Turn, { job, unit, checkpoint, ok }: Extract<EngineEvent, { type: 'checkpoint-held' }>): void {
  const checkpoints = engine.requested.get(job)?.checkpoints;
  const known = checkpoints?.get(unit);
  if (known?.coming?.checkpoint === checkpoint) checkpoints?.set(unit, { here: ok ? known.coming : known.here });
  else if (ok) effects.push({ type: 'unsave', job, unit });
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
  const here = job.checkpoints.get(unit)?.here;
  return here !== undefined && here.by !== lease.worker && mayGoOn(job) ? here.checkpoint : undefined;
}

/** What a unit whose time is up has left of it would not do elsewhere either: it begins anew there, with all of its time. */
export function dropSpent(turn: Turn, job: RequestedJob, unit: number, cause: string): void {
  if (cause === 'wall-time-exceeded') dropCheckpoint(turn, job, unit);
}

/** Checkpoints of a settled unit are of no use. */
export function dropCheckpoint(turn: Turn, job: RequestedJob, unit: number): void {
  if (job.checkpoints.delete(unit)) turn.effects.push({ type: 'unsave', job: job.job, unit });
}
