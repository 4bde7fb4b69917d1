import type { Random } from '@shoal/runtime';
import type { WorkerKind } from '../behaviours/worker.ts';
import { randomStream } from '../world/random.ts';

export interface SimJob {
  /** When it is posted, from the start. */
  atMs: number;
  units: number;
  quorum: number;
  /** Mean cost of a unit; units differ by up to half of it. */
  fuel: number;
  retries: number;
  /** Shards that must not move, each held by so many peers; 0: units without input. */
  holders: number;
}

export interface FaultRates {
  /** Crashes a peer and minute. */
  crashesPerMinute: number;
  /** How long a crashed peer stays away, on average. */
  downMs: number;
  /** Peers that leave for good, as a share of all, spread over the fault phase. */
  leaveShare: number;
  /** Partitions a minute: a random part of the peers is cut off, one way or both. */
  partitionsPerMinute: number;
  partitionMs: number;
  /** Jumps of somebody's clock a minute, by up to so much. */
  clockJumpsPerMinute: number;
  clockJumpMs: number;
  /** The network forgets, doubles and delays so many messages. */
  lossRate: number;
  duplicateRate: number;
  reorderRate: number;
}

/** Everything that a run depends on; two equal scenarios give the same trace. */
export interface Scenario {
  seed: number;
  peers: number;
  /** Peers that only request; the first ones. */
  requesters: number;
  regions: number;
  kinds: Partial<Record<WorkerKind, number>>;
  /** Share of peers behind a NAT. */
  hiddenShare: number;
  /** Clocks are off by up to so much, and run up to so much faster or slower. */
  clockSkewMs: number;
  clockDrift: number;
  slots: number;
  fuelPerMs: number;
  jobs: SimJob[];
  faults: FaultRates;
  /** Faults happen for so long; then everything heals. */
  faultMs: number;
  /** After healing, everything must have come to rest within this. */
  restMs: number;
}

export const noFaults: FaultRates = {
  crashesPerMinute: 0,
  downMs: 5_000,
  leaveShare: 0,
  partitionsPerMinute: 0,
  partitionMs: 15_000,
  clockJumpsPerMinute: 0,
  clockJumpMs: 0,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
};

/** A scenario drawn from a seed. Each fault is left out half of the time, so that rare combinations come up too. */
export function drawScenario(seed: number): Scenario {
  const random = randomStream(seed, 'scenario');
  const peers = 8 + random.integer(33);
  const requesters = 1 + random.integer(2);
  const workers = peers - requesters;
  const maybe = (value: () => number): number => (random.float() < 0.5 ? value() : 0);
  const bad = Math.floor(workers * 0.4);
  return {
    seed,
    peers,
    requesters,
    regions: 1 + random.integer(4),
    kinds: drawKinds(random, bad),
    hiddenShare: maybe(() => random.float() * 0.5),
    clockSkewMs: maybe(() => random.integer(60_000)),
    clockDrift: maybe(() => random.float() * 0.01),
    slots: 1 + random.integer(4),
    fuelPerMs: 1_000,
    jobs: Array.from({ length: 1 + random.integer(3) }, () => drawJob(random)),
    faults: {
      crashesPerMinute: maybe(() => random.float() * 1.5),
      downMs: 500 + random.integer(20_000),
      leaveShare: maybe(() => random.float() * 0.2),
      partitionsPerMinute: maybe(() => random.float() * 3),
      partitionMs: 2_000 + random.integer(40_000),
      clockJumpsPerMinute: maybe(() => random.float() * 3),
      clockJumpMs: random.integer(45_000),
      lossRate: maybe(() => random.float() * 0.1),
      duplicateRate: maybe(() => random.float() * 0.1),
      reorderRate: maybe(() => random.float() * 0.05),
    },
    faultMs: 30_000 + random.integer(60_000),
    restMs: 1_200_000,
  };
}

function drawKinds(random: Random, most: number): Scenario['kinds'] {
  const kinds: Scenario['kinds'] = {};
  let left = most;
  for (const kind of ['slow', 'flaky', 'lying', 'silent'] as const) {
    const count = random.float() < 0.5 ? Math.min(left, random.integer(3)) : 0;
    kinds[kind] = count;
    left -= count;
  }
  return kinds;
}

function drawJob(random: Random): SimJob {
  return {
    atMs: random.integer(20_000),
    units: 1 + random.integer(30),
    quorum: 1 + random.integer(3),
    fuel: 50_000 + random.integer(4_000_000),
    retries: 20,
    holders: 0,
  };
}
