import type { Cid, PeerId } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import type { Lease, RequestedJob } from './job.ts';

/** Jobs of one kind ask the same of a worker. Undefined where what it holds decides what it may run: that is asked anew. */
export function kindOf({ program, where, requires, resources, units }: JobSpec): string | undefined {
  if (units.kind === 'shards' && (units.move === 'never' || units.prove === true)) return undefined;
  const data = units.kind === 'shards' ? [units.dataset, units.shards.length, units.shards[0]?.cid, units.shards.at(-1)?.cid] : []; // bits count from the first one
  return JSON.stringify([program.cid, program.engine, where, requires ?? [], resources.memoryBytes, data]);
}

/** A worker has a lease of a job (still), or had it until the job ended: the next one of the kind may go to it at once. */
export function keepBid({ engine, now }: Turn, job: RequestedJob, lease: Lease, isOver = false): void {
  const kind = job.authority === 'requester' ? kindOf(job.spec) : undefined;
  if (kind === undefined) return;
  const bids = engine.kept.of(kind);
  const known = bids.get(lease.worker);
  const bid = job.candidates.get(lease.worker)?.bid ?? known;
  if (bid === undefined) return;
  const jobs = known?.jobs ?? new Set<Cid>();
  bids.delete(lease.worker);
  if (bids.size >= engine.config.timings.maxLeases) bids.delete(bids.keys().next().value as PeerId);
  bids.set(lease.worker, { entry: bid.entry, holds: bid.holds, at: now, jobs });
  if (isOver) jobs.delete(job.job);
  else jobs.add(job.job);
}

/** It gave a lease up, or fell silent: the next job asks first. */
export function dropBid({ engine }: Turn, job: RequestedJob, worker: PeerId): void {
  const kind = job.authority === 'requester' ? kindOf(job.spec) : undefined;
  if (kind !== undefined) engine.kept.drop(kind, worker);
}
