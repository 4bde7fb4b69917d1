import type { Engine } from '../engine.ts';
import type { StewardedJob } from './job.ts';

/**
 * Takes room on the disk for what is kept for others, a program or a unit's outputs, once each; false where there is none.
 * All of a job is given back with it.
 */
export function takeRoom({ config, stewarded }: Engine, job: StewardedJob, what: number | 'program', bytes: number): boolean {
  if (job.counted.has(what)) return true;
  let keptBytes = bytes;
  for (const other of stewarded.values()) keptBytes += other.keptBytes;
  if (keptBytes > config.timings.maxKeptBytes) return false;
  job.counted.add(what);
  job.keptBytes += bytes;
  return true;
}

/** It could not be had. */
export function giveBackRoom(job: StewardedJob, what: number, bytes: number): void {
  if (job.counted.delete(what)) job.keptBytes -= bytes;
}
