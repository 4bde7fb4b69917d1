import { planFaults } from './scenario/faults.ts';
import { drawScenario, type Scenario } from './scenario/scenario.ts';
import type { Violation } from './check/checker.ts';
import { World } from './world/world.ts';

export interface RunReport {
  seed: number;
  peers: number;
  jobs: number;
  units: number;
  executions: number;
  messages: number;
  bytes: number;
  /** Simulated time until everything was at rest. */
  elapsedMs: number;
  violations: Violation[];
  traceHash: string;
}

const restStepMs = 5_000;
/** Once the last job has ended, everything else has this long to follow. */
const settleMs = 60_000;

/** Runs a scenario to its end: faults, healing, rest. */
export function runScenario(scenario: Scenario, options: { realCrypto?: boolean } = {}): RunReport {
  const world = new World(scenario, options);
  planFaults(world);
  for (const job of scenario.jobs) {
    const post = (): void => {
      const requester = world.peers[world.jobs.size % scenario.requesters];
      // A requester that is down just now posts when it is back.
      if (requester === undefined || !requester.up || world.post(requester, job) === undefined) world.after(1_000, post);
    };
    world.after(job.atMs + 2_000, post);
  }
  world.runTo(scenario.faultMs);
  const end = scenario.faultMs + scenario.restMs;
  while (world.elapsedMs < end && !finished(world)) world.runTo(world.elapsedMs + restStepMs);
  world.runTo(world.elapsedMs + settleMs);
  world.checker.atRest(world.observed());
  return reportOf(world);
}

/** The run of a seed. */
export function runSeed(seed: number, options: { realCrypto?: boolean } = {}): RunReport {
  return runScenario(drawScenario(seed), options);
}

function finished(world: World): boolean {
  if (world.jobs.size < world.scenario.jobs.length) return false;
  return [...world.jobs.values()].every(({ id, requester }) => {
    const open = requester.engine.requested.get(id);
    return requester.gone || (requester.up && open?.outcome !== 'open');
  });
}

function reportOf(world: World): RunReport {
  let executions = 0;
  for (const count of world.executions.values()) executions += count;
  return {
    seed: world.scenario.seed,
    peers: world.scenario.peers,
    jobs: world.jobs.size,
    units: [...world.jobs.values()].reduce((sum, job) => sum + job.trueResults.length, 0),
    executions,
    messages: world.network.totals.messages,
    bytes: world.network.totals.bytes,
    elapsedMs: world.elapsedMs,
    violations: world.checker.violations,
    traceHash: world.traceHash,
  };
}
