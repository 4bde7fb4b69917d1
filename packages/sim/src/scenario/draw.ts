import type { Random } from '@shoal/runtime';
import { slowness } from '../behaviours/worker.ts';
import { randomStream } from '../world/random.ts';
import { noFaults, slowestSpeed, type FaultRates, type Scenario, type SimJob } from './scenario.ts';

/** A scenario drawn from a seed: swarm testing. Each fault is left out half of the time, so that rare combinations come up too. */
export function drawScenario(seed: number): Scenario {
  const random = randomStream(seed, 'scenario');
  // From 8 to 40, more often few: what many cost is the square of their number.
  const peers = 8 + Math.floor(33 * random.float() ** 2);
  const requesters = 1 + random.integer(3);
  const workers = peers - requesters;
  const maybe = (value: () => number): number => (random.float() < 0.5 ? value() : 0);
  const faultMs = 20_000 + random.integer(50_000);
  const entrusts = random.float() < 0.5 && workers >= 8;
  const long = randomStream(seed, 'scenario/long');
  const isLong = entrusts && long.float() < longShare;
  const scenario: Scenario = {
    seed,
    peers,
    requesters,
    regions: 1 + random.integer(4),
    kinds: drawKinds(random, Math.floor(workers * 0.35)),
    hostile: { 'double-awarding': random.float() < 0.15 ? 1 : 0, flooding: random.float() < 0.15 ? 1 : 0, garbling: randomStream(seed, 'scenario/garbling').float() < garblingShare ? 1 : 0 },
    vanishing: requesters > 1 && random.float() < 0.3 ? 1 : 0,
    hiddenShare: maybe(() => random.float() * 0.5),
    oneOperator: random.float() < 0.5,
    trusteeShare: entrusts ? 0.2 + random.float() * 0.8 : 0,
    deniedShare: random.float() < 0.2 ? random.float() * 0.3 : 0,
    ...drawOwners(randomStream(seed, 'scenario/owners')),
    clockSkewMs: maybe(() => random.integer(60_000)),
    clockDrift: maybe(() => random.float() * 0.01),
    slots: 1 + random.integer(4),
    fuelPerMs: 1_000,
    jitterShare: random.float(),
    timings: {
      leaseTermMs: 20_000 + random.integer(40_000),
      trusteeAskMaxMs: 60_000,
      bidTtlMs: 5_000 + random.integer(10_000),
      advertiseEveryMs: 15_000 + random.integer(30_000),
      ...(random.float() < 0.35 ? { maxBids: 4, maxWorkedJobs: 3, maxRoster: 24, maxStewarded: 2, maxKeptBytes: 400_000 } : {}),
    },
    jobs: [
      ...Array.from({ length: 1 + random.integer(3) }, () => drawJob(random, requesters, entrusts)).map((job) => lengthened(job, isLong)),
      ...drawSeries(randomStream(seed, 'scenario/series'), requesters),
    ].map(sealedOrNot(randomStream(seed, 'scenario/seals'))),
    faults: drawFaults(random, maybe),
    faultMs,
    ...(isLong ? { awayMs: 20_000 + long.integer(60_000) } : {}),
    restMs: calmMs,
  };
  for (const job of scenario.jobs) scenario.restMs = Math.max(scenario.restMs, calmMs + aloneMs(scenario, job));
  return scenario.jobs.some(({ adaptive }) => adaptive) ? { ...scenario, ...drawPast(scenario) } : scenario;
}

/** From the end of the faults, what is no matter of work has so long to come to rest. */
const calmMs = 1_200_000;

/** Where shards must not move, the slowest of their holders may have to run all of them. */
function aloneMs({ fuelPerMs, slots }: Scenario, { holders, units, fuel }: SimJob): number {
  return holders === 0 ? 0 : (units * fuel * slowness) / (fuelPerMs * slowestSpeed) / slots;
}

/** In a quarter of the worlds owners have a word on programs and hours. */
function drawOwners(random: Random): Pick<Scenario, 'ownedShare'> {
  return random.float() < 0.25 ? { ownedShare: random.float() * 0.6 } : {};
}

/** Where peers with a record are believed alone, some have one: in half of these worlds. Those that lie may have been honest so far. */
function drawPast({ seed, kinds }: Scenario): Partial<Scenario> {
  const past = randomStream(seed, 'scenario/past');
  if (past.float() < 0.5) return {};
  const { lying = 0, ...others } = kinds;
  const sleep = past.float() < 0.5 ? { kinds: { ...others, sleeping: lying }, honestRuns: past.integer(10) } : {};
  return { history: 10 + past.integer(40), ...sleep };
}

/** In so many worlds with stewards jobs go on long after the faults, and those who posted them are away meanwhile. */
const longShare = 0.4;
const longFactor = 12;
const garblingShare = 0.15;
const seriesShare = 0.3;
const sealsShare = 0.35;

/** In some worlds results are sealed: of most jobs that others hold, as by default, and of some that nobody but their requester does. */
function sealedOrNot(random: Random): (job: SimJob) => SimJob {
  const seals = random.float() < sealsShare;
  return (job) => (seals && random.float() < (job.stewards === undefined ? 0.4 : 0.8) ? { ...job, sealed: true } : job);
}

function lengthened(job: SimJob, isLong: boolean): SimJob {
  return isLong && (job.stewards ?? 0) > 0 ? { ...job, fuel: job.fuel * longFactor } : job;
}

/** In some worlds somebody posts small jobs of one kind, one soon after the other: the next goes to whoever had the last. */
function drawSeries(random: Random, requesters: number): SimJob[] {
  if (random.float() >= seriesShare) return [];
  const requester = random.integer(requesters);
  const quorum = 1 + random.integer(2);
  const everyMs = 200 + random.integer(4_000);
  const beginsMs = 2_000 + random.integer(15_000);
  const where = random.float() < 0.3 ? 'tier=gold' : '';
  return Array.from({ length: 3 + random.integer(5) }, (_, number) => ({
    atMs: beginsMs + number * everyMs,
    requester,
    units: 1 + random.integer(4),
    quorum,
    adaptive: false,
    fuel: 20_000 + random.integer(500_000),
    retries: 20,
    holders: 0,
    where,
  }));
}

function drawFaults(random: Random, maybe: (value: () => number) => number): FaultRates {
  return {
    ...noFaults,
    crashesPerMinute: maybe(() => random.float() * 2),
    downMs: 500 + random.integer(20_000),
    leaveShare: maybe(() => random.float() * 0.2),
    lidsPerMinute: maybe(() => random.float() * 0.3),
    lidMs: 2_000 + random.integer(60_000),
    partitionsPerMinute: maybe(() => random.float() * 3),
    partitionMs: 2_000 + random.integer(40_000),
    clogsPerMinute: maybe(() => random.float() * 20),
    clogMs: 1_000 + random.integer(20_000),
    clockJumpsPerMinute: maybe(() => random.float() * 3),
    clockJumpMs: random.integer(45_000),
    lossRate: maybe(() => random.float() * 0.1),
    duplicateRate: maybe(() => random.float() * 0.1),
    reorderRate: maybe(() => random.float() * 0.05),
  };
}

function drawKinds(random: Random, most: number): Scenario['kinds'] {
  const kinds: Scenario['kinds'] = {};
  let left = most;
  for (const kind of ['slow', 'flaky', 'lying', 'silent', 'secretive', 'turncoat', 'copying', 'usurping', 'colluding'] as const) {
    const count = random.float() < 0.4 ? Math.min(left, 1 + random.integer(2)) : 0;
    kinds[kind] = count;
    left -= count;
  }
  return kinds;
}

function drawJob(random: Random, requesters: number, entrusts: boolean): SimJob {
  const quorum = 1 + random.integer(3);
  const kind = random.float();
  const job: SimJob = {
    atMs: random.integer(15_000),
    requester: random.integer(requesters),
    units: 1 + random.integer(25),
    quorum,
    adaptive: random.float() < 0.25,
    fuel: 50_000 + random.integer(4_000_000),
    retries: 20,
    holders: kind < 0.2 ? quorum + 1 + random.integer(2) : 0,
    where: kind > 0.8 ? 'tier=gold' : '',
    linked: random.float() < 0.3,
    ...(entrusts && random.float() < 0.7 ? { stewards: 1 + random.integer(3), keepers: random.integer(3) } : {}),
  };
  return random.float() < 0.2 ? { ...job, cancelAfterMs: random.integer(25_000) } : job;
}
