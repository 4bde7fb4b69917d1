import type { Cid } from '@shoal/runtime';
import type { SimJob } from '../scenario/scenario.ts';
import type { World } from '../world/world.ts';

/** Says that something is not as it must be. */
export type Report = (rule: string, text: string) => void;

/** How a job is called in reports: by its number, the same in every run. */
export function nameOf(job: { number: number }): string {
  return `job ${job.number}`;
}

/** The job of the scenario that was posted under this id. */
export function plannedJob(world: World, id: Cid): SimJob | undefined {
  const posted = world.jobs.get(id);
  return posted === undefined ? undefined : world.scenario.jobs[posted.number];
}
