import { systemCrypto, signerFromSeed, type Cid, type Crypto, type PeerId, type Random, type Signer } from '@shoal/runtime';
import { defaults, type EngineConfig } from '@shoal/engine';
import { documentCid, type JobSpec } from '@shoal/protocol';
import { trueResult, type WorkerKind } from '../behaviours/worker.ts';
import { Checker, type Observed } from '../check/checker.ts';
import type { Scenario, SimJob } from '../scenario/scenario.ts';
import { EventQueue } from './event-queue.ts';
import { SimNetwork } from './network.ts';
import { SimPeer, type WorldAccess } from './peer.ts';
import { hashText, randomStream } from './random.ts';
import { standInCrypto, standInSigner } from './stand-in-crypto.ts';

const regionLatencyMs = 40;
const localLatencyMs = 5;
const upkeepEveryMs = 1_000;
const checkEveryMs = 500;
/** The world's clock starts there, so that no peer's clock is ever negative. */
const epochMs = 1_700_000_000_000;

export interface PostedJob {
  id: Cid;
  spec: JobSpec;
  requester: SimPeer;
  trueResults: Cid[];
  postedAtMs: number;
}

/** The simulated world: peers, network, time, and whoever looks whether all is as it must be. */
export class World {
  readonly scenario: Scenario;
  readonly events = new EventQueue();
  readonly network: SimNetwork;
  readonly peers: SimPeer[] = [];
  readonly jobs = new Map<Cid, PostedJob>();
  readonly checker = new Checker();
  readonly executions = new Map<string, number>();
  readonly offences: { atMs: number; code: string; text: string }[] = [];
  readonly crypto: Crypto;
  now = epochMs;
  private trace = 0x811c9dc5;
  private readonly random: Random;

  constructor(scenario: Scenario, options: { realCrypto?: boolean } = {}) {
    this.scenario = scenario;
    this.crypto = options.realCrypto === true ? systemCrypto : standInCrypto;
    this.random = randomStream(scenario.seed, 'engines');
    this.network = new SimNetwork({
      model: {
        latencyMs: (from, to) => (from === to ? localLatencyMs : regionLatencyMs * (1 + Math.abs(from - to))),
        jitterMs: 5,
        bytesPerMs: 2_500,
        lossRate: 0,
        duplicateRate: 0,
        reorderRate: 0,
      },
      events: this.events,
      now: () => this.now,
      random: randomStream(scenario.seed, 'network'),
    });
    this.network.onCarry = (from, to, bytes) => {
      this.mix(this.now & 0x7fffffff);
      this.mix(from.charCodeAt(from.length - 1) * 65_536 + to.charCodeAt(to.length - 1) * 256 + from.charCodeAt(from.length - 2));
      this.mix(bytes);
    };
    const makeSigner = options.realCrypto === true ? signerFromSeed : standInSigner;
    this.populate(makeSigner);
    this.every(upkeepEveryMs, () => this.network.upkeep());
    this.every(checkEveryMs, () => this.checker.always(this.observed()));
  }

  /** Milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.now - epochMs;
  }

  /** A number that two runs share exactly when they did the same. */
  get traceHash(): string {
    return (this.trace >>> 0).toString(16).padStart(8, '0');
  }

  /** Runs everything that is planned until then. */
  runTo(elapsedMs: number): void {
    const end = epochMs + elapsedMs;
    for (let at = this.events.nextAt; at !== undefined && at <= end; at = this.events.nextAt) {
      this.now = at;
      this.events.take()?.run();
    }
    this.now = end;
  }

  after(delayMs: number, run: () => void): void {
    this.events.plan(this.now + Math.max(0, Math.ceil(delayMs)), run);
  }

  post(requester: SimPeer, job: SimJob): PostedJob | undefined {
    const spec = this.specOf(job);
    const id = requester.submit(spec);
    if (id === undefined) return undefined;
    const trueResults = Array.from({ length: job.units }, (_, unit) => trueResult({ job: id, unit, fuel: this.fuelOf(id, unit, job.fuel) }, this.crypto).cid);
    const posted = { id, spec, requester, trueResults, postedAtMs: this.elapsedMs };
    this.jobs.set(id, posted);
    return posted;
  }

  observed(): Observed {
    return { now: this.elapsedMs, peers: this.peers, jobs: this.jobs, collusion: (this.scenario.kinds.colluding ?? 0) > 1 };
  }

  /** Cost of a unit: the same for everybody, between half and one and a half of the job's mean. */
  fuelOf(job: Cid, unit: number, mean?: number): number {
    const given = mean ?? Number(this.jobs.get(job)?.spec.env['MEAN_FUEL'] ?? 0);
    return Math.round(given * (0.5 + hashText(`${job}/${unit}`) / 4_294_967_296));
  }

  private specOf(job: SimJob): JobSpec {
    return {
      name: 'simulated',
      program: { cid: documentCid(new TextEncoder().encode('program'), this.crypto), engine: 'wasm', bytes: 100_000 },
      args: [],
      env: { MEAN_FUEL: `${job.fuel}` },
      units: { kind: 'count', count: job.units },
      resources: { memoryBytes: 1 << 20, wallMs: 3_600_000, outputBytes: 1 << 20, logBytes: 1_024 },
      where: '',
      verify: { quorum: job.quorum },
      retries: job.retries,
      priority: 0,
    };
  }

  private populate(makeSigner: (seed: Uint8Array) => Signer): void {
    const { scenario } = this;
    const random = randomStream(scenario.seed, 'peers');
    const kinds = Object.entries(scenario.kinds).flatMap(([kind, count]) => Array<WorkerKind>(count).fill(kind as WorkerKind));
    const access: WorldAccess = {
      events: this.events,
      network: this.network,
      now: () => this.now,
      startedAt: epochMs,
      random: this.random,
      fuelOf: (job, unit) => this.fuelOf(job, unit),
      ran: (_peer, { job, unit }) => void this.executions.set(`${job}/${unit}`, (this.executions.get(`${job}/${unit}`) ?? 0) + 1),
      crashed: (peer) => this.restartLater(peer),
      offence: (_at, _peer, code, text) => void (this.offences.length < 100 && this.offences.push({ atMs: this.elapsedMs, code, text })),
    };
    for (let index = 0; index < scenario.peers; index += 1) {
      const requester = index < scenario.requesters;
      const kind = requester ? 'honest' : (kinds[index - scenario.requesters] ?? 'honest');
      const peer = new SimPeer(
        {
          signer: makeSigner(random.bytes(32)),
          crypto: this.crypto,
          config: this.configOf(requester ? 0 : scenario.slots),
          kind,
          fuelPerMs: scenario.fuelPerMs * (0.5 + random.float()),
          holdings: [],
          clockOffsetMs: (random.float() * 2 - 1) * scenario.clockSkewMs,
          clockRate: 1 + (random.float() * 2 - 1) * scenario.clockDrift,
        },
        access,
      );
      this.network.add(peer.id, { region: random.integer(scenario.regions), hidden: !requester && random.float() < scenario.hiddenShare });
      this.peers.push(peer);
      this.after(random.integer(1_000), () => peer.start());
    }
  }

  private configOf(slots: number): EngineConfig {
    return {
      mesh: 'sim',
      agent: 'sim',
      slots,
      maxUnitMemoryBytes: 1 << 30,
      engines: ['wasm'],
      isolation: 'full',
      determinismClass: 'sim',
      fuelPerSecond: this.scenario.fuelPerMs * 1_000,
      labels: {},
      policy: { denied: new Set<PeerId>() },
      timings: { ...defaults },
    };
  }

  /** A peer that crashed comes back after a while. */
  restartLater(peer: SimPeer): void {
    const downMs = this.scenario.faults.downMs * (0.2 + randomStream(this.scenario.seed, `down/${this.now}/${peer.id}`).float() * 1.6);
    this.after(downMs, () => {
      if (!peer.up && !peer.gone) peer.start();
    });
  }

  private every(periodMs: number, run: () => void): void {
    this.after(periodMs, () => {
      run();
      this.every(periodMs, run);
    });
  }

  private mix(value: number): void {
    this.trace = Math.imul(this.trace ^ value, 0x01000193);
    this.trace = (this.trace << 5) | (this.trace >>> 27);
  }
}
