import { noFaults, type Scenario } from '../scenario/scenario.ts';
import { joiningMs } from '../world/world.ts';

/** What an operator asks: such a mesh, such work, such trouble. */
export interface StudyOptions {
  peers: number;
  jobs: number;
  /** Units of each job. */
  units: number;
  quorum: number;
  adaptive: boolean;
  /** What an average unit takes on an average peer. */
  unitSeconds: number;
  /** Share of the workers that drop out in every hour, each for twenty minutes on average. */
  churn: number;
  /** Shares of the workers. */
  liars: number;
  colluders: number;
  /** Honest as long as the history lasts, without one for twenty runs; then they lie. */
  sleepers: number;
  /** Share of the workers that is shut from 22:00 to 07:00; the simulation begins at 18:00. */
  nightly: number;
  /** Peers that act while a requester is away, and as many that keep what was accepted; a third of the workers is willing. */
  stewards: number;
  /** All requesters leave for good a minute after the last job was posted. */
  requestersLeave: boolean;
  /** Every requester has seen so many results of each worker before: valid ones of those that are honest; liars were found out. */
  history: number;
  hours: number;
  seed: number;
}

const hourMs = 3_600_000;
const postEveryMs = 100;
const vanishAfterMs = 60_000;
const trusteeShare = 0.33;
const sleepRuns = 20;
const startHour = 18;
const shutHour = 22;
const openHour = 31;
/** A study with nights does not end before the first one has lasted an hour, even if its jobs do. */
export const nightIsSeenMs = (shutHour - startHour + 1) * hourMs;
/** Hour of the day at a moment of the simulation. */
export function hourOfDay(elapsedMs: number): number {
  return (startHour + elapsedMs / hourMs) % 24;
}

/** The scenario of a study. All jobs come at the beginning; where there are nights, evenly over the first half of the time. */
export function scenarioOf(options: StudyOptions): Scenario {
  const { peers, hours, seed } = options;
  const lengthMs = hours * hourMs;
  const requesters = Math.max(1, Math.min(10, Math.floor(peers / 10)));
  const workers = peers - requesters;
  const fuelPerMs = 1_000;
  return {
    seed,
    peers,
    requesters,
    regions: 3,
    kinds: { lying: Math.round(options.liars * workers), colluding: Math.round(options.colluders * workers), sleeping: Math.round(options.sleepers * workers) },
    hostile: {},
    ...(options.requestersLeave ? { vanishing: requesters, vanishAtMs: vanishAfterMs + 10_000 + options.jobs * postEveryMs } : { vanishing: 0 }),
    trusteeShare: options.stewards > 0 ? trusteeShare : 0,
    ...(options.history > 0 ? { history: options.history } : {}),
    ...(options.sleepers > 0 ? { honestRuns: options.history > 0 ? 0 : sleepRuns } : {}),
    hiddenShare: 0,
    deniedShare: 0,
    clockSkewMs: 1_000,
    clockDrift: 0,
    slots: 1,
    fuelPerMs,
    jitterShare: 0.2,
    timings: {},
    jobs: Array.from({ length: options.jobs }, (_, i) => ({
      atMs: joiningMs(peers) + 9_000 + (options.nightly > 0 ? Math.floor((i * lengthMs) / 2 / options.jobs) : i * postEveryMs),
      requester: i % requesters,
      units: options.units,
      quorum: options.quorum,
      adaptive: options.adaptive,
      fuel: options.unitSeconds * 1_000 * fuelPerMs,
      retries: 20,
      holders: 0,
      where: '',
      ...(options.stewards > 0 ? { stewards: options.stewards, keepers: options.stewards } : {}),
    })),
    faults: { ...noFaults, crashesPerMinute: options.churn / 60, requestersStay: true, downMs: hourMs / 3 },
    ...(options.nightly > 0
      ? { nightly: { share: options.nightly, periodMs: 24 * hourMs, offAtMs: (shutHour - startHour) * hourMs, offForMs: (openHour - shutHour) * hourMs } }
      : {}),
    faultMs: lengthMs,
    restMs: 0,
  };
}
