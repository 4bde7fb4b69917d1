import type { Timings } from '@shoal/engine';
import type { HostileKind } from '../behaviours/hostile.ts';
import type { WorkerKind } from '../behaviours/worker.ts';

export interface SimJob {
  /** When it is posted, from the start. */
  atMs: number;
  /** Which of the requesters posts it. */
  requester: number;
  units: number;
  quorum: number;
  /** Peers with a record are believed alone. */
  adaptive: boolean;
  /** Mean cost of a unit; units differ by up to half of it. */
  fuel: number;
  retries: number;
  /** Shards that must not move, each held by so many peers; 0: units without input. */
  holders: number;
  /** Label selector. */
  where: string;
  /** When its owner wants it no more, from its posting. */
  cancelAfterMs?: number;
  /** Peers that act while its owner is away, and that keep what was accepted. */
  stewards?: number;
  keepers?: number;
  /** Its results name outputs that have to be fetched, instead of holding them. */
  linked?: boolean;
  /** Its results are sealed: its requester alone can read them. */
  sealed?: boolean;
}

export interface FaultRates {
  /** Crashes a peer and minute. */
  crashesPerMinute: number;
  /** Whether those who post jobs are spared. */
  requestersStay: boolean;
  /** How long a crashed peer stays away, on average. */
  downMs: number;
  /** Peers that leave for good, as a share of all, spread over the fault phase. */
  leaveShare: number;
  /** Lids closed a peer and minute, and for how long on average. */
  lidsPerMinute: number;
  lidMs: number;
  /** Partitions a minute: a random part of the peers is cut off, one way or both. */
  partitionsPerMinute: number;
  partitionMs: number;
  /** Links a minute through which nothing gets for a while, in one direction. */
  clogsPerMinute: number;
  clogMs: number;
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
  /** Some that keep to no rule, besides the peers. */
  hostile: Partial<Record<HostileKind, number>>;
  /** Requesters, of the first ones, that leave for good soon after posting. */
  vanishing: number;
  /** When they do, from the start; absent: some time while there are faults. */
  vanishAtMs?: number;
  /** Every requester is away once for so long, and comes back. */
  awayMs?: number;
  /** Units of each worker that each requester has seen before: who lied was found out. Sleeping ones were honest. */
  history?: number;
  /** Runs in this world for which sleeping workers are honest. */
  honestRuns?: number;
  /** All colluders belong to one operator, and say so. */
  oneOperator?: boolean;
  /** Share of the workers that are willing to steward and to keep. */
  trusteeShare?: number;
  /** Share of peers behind a NAT. */
  hiddenShare: number;
  /** Share of workers whose owner refuses the first requester. */
  deniedShare: number;
  /** Share of workers whose owner keeps out what is posted here, or lends them at some hours only. */
  ownedShare?: number;
  /** Clocks are off by up to so much, and run up to so much faster or slower. */
  clockSkewMs: number;
  clockDrift: number;
  slots: number;
  fuelPerMs: number;
  jitterShare: number;
  /** What differs from the engine's defaults. */
  timings: Partial<Timings>;
  jobs: SimJob[];
  faults: FaultRates;
  /** Daily: a share of the workers is off for a part of the time. */
  nightly?: { share: number; periodMs: number; offAtMs: number; offForMs: number };
  /** Faults happen for so long; then everything heals. */
  faultMs: number;
  /** After healing, every job must have ended within this. */
  restMs: number;
}

/** Peers are from this to this and one times as fast as their scenario says. */
export const slowestSpeed = 0.5;

export const noFaults: FaultRates = {
  crashesPerMinute: 0,
  requestersStay: false,
  downMs: 5_000,
  leaveShare: 0,
  lidsPerMinute: 0,
  lidMs: 30_000,
  partitionsPerMinute: 0,
  partitionMs: 15_000,
  clogsPerMinute: 0,
  clogMs: 10_000,
  clockJumpsPerMinute: 0,
  clockJumpMs: 0,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
};
