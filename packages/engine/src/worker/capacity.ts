import { limits } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import type { WorkedJob } from './job.ts';

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

/** Slots in which nothing runs. */
export function freeSlots(engine: Engine): number {
  let running = 0;
  for (const job of engine.worked.values()) running += job.running.size;
  return Math.max(0, engine.config.slots - running);
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
