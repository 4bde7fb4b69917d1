import { Checker } from './check/checker.ts';
import { leftovers } from './check/rest.ts';
import type { Violation } from './check/violation.ts';
import { drawScenario } from './scenario/draw.ts';
import { planFaults } from './scenario/faults.ts';
import type { Scenario } from './scenario/scenario.ts';
import { World, type WorldOptions } from './world/world.ts';

export interface RunReport {
  seed: number;
  peers: number;
  jobs: number;
  units: number;
  accepted: number;
  executions: number;
  messages: number;
  bytes: number;
  /** Simulated time until everything was at rest. */
  elapsedMs: number;
  violations: Violation[];
  traceHash: string;
}

const restStepMs = 5_000;

export type RunOptions = WorldOptions;

/** Runs a scenario to its end: faults, healing, rest. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): RunReport {
  const world = new World(scenario, new Checker(scenario), options);
  begin(world);
  finish(world);
  return reportOf(world);
}

/** The run of a seed. */
export function runSeed(seed: number, options: RunOptions = {}): RunReport {
  return runScenario(drawScenario(seed), options);
}

/** Plans everything that will happen. */
export function begin(world: World): void {
  planFaults(world);
  for (const [number, job] of world.scenario.jobs.entries()) world.after(job.atMs + 2_000, () => world.post(number));
}

/** Faults, then healing, then rest, and a last look. */
export function finish(world: World): void {
  const { faultMs, restMs } = world.scenario;
  world.runTo(faultMs);
  const end = faultMs + restMs;
  while (world.elapsedMs < end && !allEnded(world)) world.runTo(world.elapsedMs + restStepMs);
  const settled = world.elapsedMs + settleMs(world);
  do world.runTo(world.elapsedMs + restStepMs);
  while (world.elapsedMs < settled && leftovers(world).length > 0);
  world.watch.atRest(world);
}

/** Once the last job has ended, everything else has this long to follow: leases of those who left run out. */
function settleMs(world: World): number {
  const timings = world.peers[0]?.options.config.timings;
  return 60_000 + 2 * (timings?.leaseTermMs ?? 0) + (timings?.bidTtlMs ?? 0) + 2 * (timings?.trusteeAskMaxMs ?? 0);
}

function allEnded(world: World): boolean {
  return world.scenario.jobs.every((planned, number) => {
    const requester = world.peers[planned.requester];
    if (requester === undefined) return true;
    const job = [...world.jobs.values()].find((posted) => posted.number === number);
    if (requester.gone) return (job?.entrusted ?? []).length === 0 || job === undefined || world.isOverAtSteward(job);
    return job !== undefined && requester.up && requester.engine.requested.get(job.id)?.outcome !== 'open';
  });
}

export function reportOf(world: World): RunReport {
  const jobs = [...world.jobs.values()];
  return {
    seed: world.scenario.seed,
    peers: world.scenario.peers,
    jobs: jobs.length,
    units: jobs.reduce((sum, job) => sum + job.trueResults.length, 0),
    accepted: world.watch.accepted.size,
    executions: world.executions,
    messages: world.network.totals.messages,
    bytes: world.network.totals.bytes,
    elapsedMs: Math.round(world.elapsedMs),
    violations: [...world.watch.violations],
    traceHash: world.trace.hash,
  };
}
