import { limits } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import type { WorkedJob, WorkedRun } from './job.ts';

/** Parts of slots do not add up exactly. */
const roundingSlots = 1e-6;

/** Slots for which there is no unit of any job. */
export function idleSlots(engine: Engine): number {
  let queued = 0;
  for (const job of engine.worked.values()) queued += job.queue.length;
  return Math.max(0, freeSlots(engine) - queued);
}

/** Jobs that have units here, and the one that asks. */
function sharers(engine: Engine, asking: WorkedJob): number {
  let sharing = 1;
  for (const job of engine.worked.values()) if (job !== asking && job.queue.length + job.running.size > 0) sharing += 1;
  return sharing;
}

/** Units of all jobs that are begun. */
export function runningUnits(engine: Engine): number {
  let running = 0;
  for (const job of engine.worked.values()) running += job.running.size;
  return running;
}

/** Slots in which nothing runs. */
export function freeSlots(engine: Engine): number {
  return Math.max(0, engine.config.slots - runningUnits(engine));
}

/**
 * Units of a job that one slot may be given at once: short ones share a message to the sandbox, which takes them one after
 * the other. A slot is done with all of them within the time that is waited for company; whatever else comes waits no longer.
 */
export function unitsInSlot({ config }: Engine, { meanMs }: WorkedJob): number {
  return meanMs === undefined ? 1 : Math.max(1, Math.min(config.timings.maxUnitsInSlot, Math.floor(config.timings.companyMs / meanMs)));
}

/** Whether a unit of this job may be begun beside those that run. */
export function hasRoomFor(engine: Engine, next: WorkedJob): boolean {
  let taken = 1 / unitsInSlot(engine, next);
  for (const job of engine.worked.values()) taken += job.running.size / unitsInSlot(engine, job);
  return taken <= engine.config.slots + roundingSlots;
}

/** Of units that are begun together in one slot, each has waited for those before it: what one of them takes. */
export function durationOf(engine: Engine, { startedAt, beside }: WorkedRun, now: number): number {
  return Math.max(now - startedAt, 0) / Math.max(1, beside / Math.max(engine.config.slots, 1));
}

/**
 * How many more units to ask for: enough to be busy for a window's time, and at least one behind each slot. Results that
 * wait for others' commitments are no work in hand: they are counted apart, up to their own bound. Jobs that have work
 * here share the window: what queues behind another job's units would be begun sooner elsewhere.
 */
export function wantOf(engine: Engine, job: WorkedJob): number {
  const { slots, timings } = engine.config;
  const ahead = job.meanMs === undefined ? slots : Math.ceil((slots * timings.windowMs) / Math.max(job.meanMs, 0.1));
  const held = job.queue.length + job.running.size;
  const window = Math.min(slots + Math.max(ahead, slots), limits.maxWindowUnits);
  const target = Math.ceil(window / sharers(engine, job));
  return Math.max(0, Math.min(target - held, timings.maxUnsettledUnits - held - job.done.size));
}
