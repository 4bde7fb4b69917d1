import { Checker } from '../check/checker.ts';
import type { Violation } from '../check/violation.ts';
import { begin } from '../run.ts';
import type { SimJob } from '../scenario/scenario.ts';
import { fuelOf } from '../world/job-specs.ts';
import { World } from '../world/world.ts';
import { hourOfDay, nightIsSeenMs, scenarioOf, type StudyOptions } from './options.ts';
import { trafficAtRest, type RestTraffic } from './rest.ts';

/** How the mesh is at a moment. */
export interface Sample {
  atMs: number;
  hourOfDay: number;
  peersUp: number;
  /** On average since the sample before. */
  unitsRunning: number;
  unitsAccepted: number;
  unitsPosted: number;
  /** Fuel a millisecond of all workers that are up. */
  speed: number;
  /** Fuel that the units posted so far need at least. */
  workPosted: number;
  /** Sent so far by all. */
  messages: number;
  bytes: number;
}

/** What `shoal simulate --json` prints. */
export interface StudyFigures {
  seed: number;
  peers: number;
  jobs: number;
  unitsAccepted: number;
  /** Given up, or not ended when the time was over. */
  unitsLost: number;
  wrongAccepted: number;
  executions: number;
  /** Executions for each accepted unit. */
  replicationOverhead: number;
  /** Time from the first posting to the last result, by the time that the work takes at the speed actually present. */
  makespanVsIdeal: number;
  firstBidMsP50: number;
  firstBidMsP99: number;
  messagesPerPeerMinute: number;
  bytesPerPeerMinute: number;
  violations: number;
  traceHash: string;
  wallMs: number;
  /** Of a mesh without jobs, once all had joined and known each other for a while. */
  atRest?: RestTraffic;
}

export interface Study {
  options: StudyOptions;
  figures: Omit<StudyFigures, 'wallMs'>;
  samples: Sample[];
  violations: Violation[];
  /** From posting to its end, of each job that ended. */
  jobMinutes: number[];
  simulatedMs: number;
}

export interface StudyHooks {
  /** Told how far it is: 0 to 1. */
  onProgress?: (done: number, sample: Sample) => void;
  /** Asked now and then; false ends the study where it stands. */
  goOn?: () => boolean;
}

const samples = 120;
/** Looks at what runs, within one sample. */
const looks = 12;

/** Simulates a mesh and its work, step by step: each step ends with a sample, so that the caller can breathe. */
export function* steps(options: StudyOptions): Generator<{ done: number; sample: Sample }, Study> {
  const scenario = scenarioOf(options);
  const world = new World(scenario, new Checker(scenario));
  begin(world);
  const lengthMs = options.hours * 3_600_000;
  const taken: Sample[] = [];
  for (let step = 1; step <= samples; step += 1) {
    let running = 0;
    for (let look = 1; look <= looks; look += 1) {
      world.runTo((lengthMs * (step - 1 + look / looks)) / samples);
      if (world.jobs.size > 0) for (const peer of world.peers) running += peer.running.size;
    }
    const sample = { ...sampleOf(world), unitsRunning: running / looks };
    taken.push(sample);
    yield { done: step / samples, sample };
    const allEnded = world.jobs.size === scenario.jobs.length && [...world.jobs.values()].every((job) => job.endedAtMs !== undefined);
    if (allEnded && options.jobs > 0 && (options.nightly === 0 || world.elapsedMs >= nightIsSeenMs)) break;
  }
  return studyOf(world, options, taken);
}

/** The same at once. */
export function study(options: StudyOptions, hooks: StudyHooks = {}): Study {
  const run = steps(options);
  for (;;) {
    const next = run.next();
    if (next.done === true) return next.value;
    hooks.onProgress?.(next.value.done, next.value.sample);
  }
}

function sampleOf(world: World): Sample {
  const sample: Sample = {
    atMs: world.elapsedMs,
    hourOfDay: hourOfDay(world.elapsedMs),
    peersUp: 0,
    unitsRunning: 0,
    unitsAccepted: world.watch.accepted.size,
    unitsPosted: 0,
    speed: 0,
    workPosted: 0,
    messages: world.network.totals.messages,
    bytes: world.network.totals.bytes,
  };
  for (const peer of world.peers) {
    if (!peer.up) continue;
    sample.peersUp += 1;
    sample.speed += peer.options.config.slots * peer.options.fuelPerMs;
  }
  for (const job of world.jobs.values()) {
    const planned = world.scenario.jobs[job.number] as SimJob;
    sample.unitsPosted += planned.units;
    for (let unit = 0; unit < planned.units; unit += 1) sample.workPosted += planned.quorum * fuelOf(job.number, unit, planned);
  }
  return sample;
}

function studyOf(world: World, options: StudyOptions, taken: Sample[]): Study {
  const jobs = [...world.jobs.values()];
  const { accepted } = world.watch;
  let wrong = 0;
  for (const job of jobs) job.trueResults.forEach((result, unit) => (wrong += Number((accepted.get(`${job.id}/${unit}`) ?? result) !== result)));
  const wanted = world.scenario.jobs.reduce((sum, job) => sum + job.units, 0);
  const bids = jobs.flatMap((job) => (job.firstBidAtMs === undefined ? [] : [job.firstBidAtMs - job.postedAtMs])).sort((a, b) => a - b);
  const minutes = (world.elapsedMs / 60_000) * world.peers.length;
  const atRest = options.jobs === 0 ? trafficAtRest(taken, options.peers) : undefined;
  return {
    options,
    figures: {
      seed: options.seed,
      peers: options.peers,
      jobs: jobs.length,
      unitsAccepted: accepted.size,
      unitsLost: wanted - accepted.size,
      wrongAccepted: wrong,
      executions: world.executions,
      replicationOverhead: round(world.executions / Math.max(1, accepted.size)),
      makespanVsIdeal: round(makespanVsIdeal(world, taken)),
      firstBidMsP50: Math.round(quantile(bids, 0.5)),
      firstBidMsP99: Math.round(quantile(bids, 0.99)),
      messagesPerPeerMinute: round(world.network.totals.messages / minutes),
      bytesPerPeerMinute: Math.round(world.network.totals.bytes / minutes),
      violations: world.watch.violations.length,
      traceHash: world.trace.hash,
      ...(atRest === undefined ? {} : { atRest }),
    },
    samples: taken,
    violations: [...world.watch.violations],
    jobMinutes: jobs.flatMap((job) => (job.endedAtMs === undefined ? [] : [(job.endedAtMs - job.postedAtMs) / 60_000])),
    simulatedMs: world.elapsedMs,
  };
}

/** Against a scheduler that knows everything and loses nothing: it keeps all speed that is present busy with what was posted. */
function makespanVsIdeal(world: World, taken: Sample[]): number {
  const jobs = [...world.jobs.values()];
  if (jobs.length === 0) return 0;
  const begunAt = Math.min(...jobs.map((job) => job.postedAtMs));
  const endedAt = Math.max(...jobs.map((job) => job.endedAtMs ?? world.elapsedMs));
  let done = 0;
  let idealEnd = begunAt;
  let before = begunAt;
  for (const sample of taken) {
    if (sample.atMs <= before) continue;
    const possible = sample.speed * (sample.atMs - before);
    const step = Math.min(possible, sample.workPosted - done);
    if (step > 0) idealEnd = before + (sample.atMs - before) * (step / possible);
    done += step;
    before = sample.atMs;
  }
  return (endedAt - begunAt) / Math.max(1, idealEnd - begunAt);
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
