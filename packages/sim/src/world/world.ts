import { signerFromSeed, systemCrypto, type Cid, type Crypto, type PeerId, type Signer } from '@shoal/runtime';
import type { Effect, JobLedger } from '@shoal/engine';
import type { JobSpec } from '@shoal/protocol';
import { Garbler } from '../behaviours/garbler.ts';
import { HostileRequester } from '../behaviours/hostile-requester.ts';
import type { Hostile, HostileKind, HostileParts } from '../behaviours/hostile.ts';
import { trueResult } from '../behaviours/worker.ts';
import type { Violation } from '../check/violation.ts';
import type { Scenario, SimJob } from '../scenario/scenario.ts';
import { EventQueue } from './event-queue.ts';
import { historyOf } from './history.ts';
import { fuelOf, nameOfJob, specOf } from './job-specs.ts';
import { drawLatencies, drawUplink } from './links.ts';
import { SimNetwork } from './network.ts';
import { SimPeer, type WorldAccess } from './peer.ts';
import { drawPopulation } from './population.ts';
import { randomStream } from './random.ts';
import { sealedWords } from './sealed-runs.ts';
import { standInCrypto, standInSigner } from './stand-in-crypto.ts';
import { hashBytes, Trace } from './trace.ts';

const upkeepEveryMs = 1_000;
const checkEveryMs = 500;
const hostileEveryMs = 1_000;
/** A moment that has more than this in it does not end; ten thousand peers have some hundreds. */
const maxAtOnce = 50_000;
/** The world's clock starts there, so that no peer's clock is ever negative. */
const epochMs = 1_700_000_000_000;

/** A mesh comes together over so long: all at once where it is small, a hundred peers a second where it is not. */
export function joiningMs(peers: number): number {
  return Math.max(1_000, 10 * peers);
}

export interface PostedJob {
  number: number;
  id: Cid;
  spec: JobSpec;
  requester: SimPeer;
  trueResults: Cid[];
  postedAtMs: number;
  /** Its requester is gone for good: stewards that held it then and stay. */
  entrusted?: SimPeer[];
  firstBidAtMs?: number;
  endedAtMs?: number;
}

/** Whoever looks whether all is as it must be. */
export interface Watch {
  readonly violations: readonly Violation[];
  /** Accepted results by job and unit. */
  readonly accepted: ReadonlyMap<string, Cid>;
  /** A unit begins at a peer. */
  ran(world: World, peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>): void;
  /** A peer sends a message. */
  said(world: World, peer: SimPeer, to: PeerId, message: Uint8Array): void;
  /** An engine says that somebody broke the protocol. */
  offended(world: World, at: SimPeer, offender: PeerId, code: string, text: string): void;
  /** A peer is about to look into bytes that no check may let pass; what is returned is called when it has. */
  hearsBad(world: World, peer: SimPeer, how: 'message' | 'gossip'): () => void;
  /** A peer logs an error: something that its engine wanted cannot be done. */
  failed(world: World, peer: SimPeer, text: string): void;
  /** Called now and then. */
  always(world: World): void;
  /** Called once, when everything must have come to rest. */
  atRest(world: World): void;
}

export interface WorldOptions {
  /** Real signatures instead of the stand-in. */
  realCrypto?: boolean;
  /** The trace tells messages by their size, not by what they say: worlds with other signatures are compared by it. */
  sizesOnly?: boolean;
}

type HostileCommon = Omit<HostileParts, 'victims'>;

const nothingMore = (): void => {};

/** The simulated world: peers, network, time, and whoever looks whether all is as it must be. */
export class World {
  readonly scenario: Scenario;
  readonly events = new EventQueue();
  readonly network: SimNetwork;
  readonly peers: SimPeer[] = [];
  readonly hostile: Hostile[] = [];
  /** Off at night. */
  readonly nightly = new Set<SimPeer>();
  /** Left, and will come back by themselves. */
  readonly away = new Set<SimPeer>();
  readonly jobs = new Map<Cid, PostedJob>();
  readonly watch: Watch;
  readonly trace = new Trace();
  executions = 0;
  /** Bytes that are under way and must not get past any check. */
  private readonly bad = new WeakSet<Uint8Array>();
  private readonly garblers: Garbler[] = [];
  readonly crypto: Crypto;
  now = epochMs;
  private readonly needed = new Set<SimPeer>();
  private readonly byId = new Map<PeerId, SimPeer>();
  private acted = new Set<SimPeer>();

  constructor(scenario: Scenario, watch: Watch, options: WorldOptions = {}) {
    const { seed } = scenario;
    this.scenario = scenario;
    this.crypto = options.realCrypto === true ? systemCrypto : standInCrypto();
    this.watch = watch;
    this.network = new SimNetwork({
      model: {
        latencyMs: drawLatencies(scenario.regions, randomStream(seed, 'latencies')),
        jitterShare: scenario.jitterShare,
        lossRate: 0,
        duplicateRate: 0,
        reorderRate: 0,
      },
      events: this.events,
      now: () => this.now,
      random: randomStream(seed, 'network'),
    });
    this.network.onCarry = (from, to, bytes) => this.trace.mix(this.now & 0x7fffffff, (from << 16) | to, options.sizesOnly === true ? bytes.length : hashBytes(bytes));
    this.populate(options.realCrypto === true);
    this.every(upkeepEveryMs, () => this.network.upkeep());
    this.every(checkEveryMs, () => this.watch.always(this));
  }

  /** Milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.now - epochMs;
  }

  /** Runs everything that is planned until then. */
  runTo(elapsedMs: number): void {
    const end = epochMs + elapsedMs;
    let atOnce = 0;
    for (let at = this.events.nextAt; at !== undefined && at <= end; at = this.events.nextAt) {
      atOnce = at === this.now ? atOnce + 1 : 0;
      if (atOnce > maxAtOnce) throw new Error(`Time stands still at ${Math.round(this.elapsedMs)} ms: ${maxAtOnce} things happened in one moment, and each led to another`);
      this.now = at;
      this.events.take()?.run();
    }
    this.now = end;
  }

  after(delayMs: number, run: () => void): void {
    this.events.plan(this.now + Math.max(0, Math.ceil(delayMs)), run);
  }

  at(elapsedMs: number, run: () => void): void {
    this.after(epochMs + elapsedMs - this.now, run);
  }

  /** Posts a job of the scenario, or tries again while its requester is down. */
  post(number: number): void {
    const job = this.scenario.jobs[number] as SimJob;
    const requester = this.peers[job.requester] as SimPeer;
    if (requester.gone) return;
    const spec = specOf(job, number, this.crypto);
    const awake = requester.up && !requester.frozen;
    const id = awake ? (this.postedBefore(requester, spec.name) ?? requester.submit(spec, job.sealed)) : undefined;
    if (id === undefined) return this.after(1_000, () => this.post(number));
    if (!this.jobs.has(id)) this.enter(id, number, requester, requester.engine.requested.get(id)?.spec ?? spec);
    if (job.cancelAfterMs !== undefined) this.after(job.cancelAfterMs, () => this.cancel(id, requester));
  }

  private enter(id: Cid, number: number, requester: SimPeer, spec: JobSpec): PostedJob {
    const job = this.scenario.jobs[number] as SimJob;
    const trueResults = Array.from({ length: job.units }, (_, unit) => trueResult({ job: number, ...this.runOf(number, unit) }, this.crypto).cid);
    const posted = { number, id, spec, requester, trueResults, postedAtMs: this.elapsedMs };
    this.jobs.set(id, posted);
    return posted;
  }

  private runOf(number: number, unit: number): { unit: number; fuel: number; linked: boolean; words: string } {
    const job = this.scenario.jobs[number] as SimJob;
    return { unit, fuel: fuelOf(number, unit, job), linked: job.linked === true, words: job.sealed === true ? sealedWords : '' };
  }

  peerOf(id: PeerId): SimPeer | undefined {
    return this.byId.get(id);
  }

  /** Peers to which something happened since this was asked last: the others are as they were. */
  takeActed(): ReadonlySet<SimPeer> {
    const { acted } = this;
    this.acted = new Set();
    return acted;
  }

  /** A peer that crashed comes back after a while. */
  restartLater(peer: SimPeer): void {
    const { dice } = peer.options;
    this.after(this.scenario.faults.downMs * (0.2 + dice.crashes.float() * 1.6), () => {
      if (!peer.up && !peer.gone) peer.start();
    });
  }

  /** This requester is about to go for good: who has its jobs in hand, and stays? */
  noteEntrusted(requester: SimPeer): void {
    for (const job of this.jobs.values()) {
      if (job.requester === requester && this.scenario.jobs[job.number]?.cancelAfterMs === undefined) job.entrusted = [...this.needed].filter(({ up, engine, id }) => up && (engine.stewarded.get(job.id)?.ledger.delegations.rankOf(id) ?? -1) >= 0);
    }
  }

  /** Whether some steward has all of a job. */
  isOverAtSteward({ id }: PostedJob): boolean {
    return this.peers.some(({ up, engine }) => up && engine.stewarded.get(id)?.isOver === true);
  }

  /** The ledger of a job, where it is: at its requester, or at a steward. */
  ledgerOf({ id, requester }: PostedJob): JobLedger | undefined {
    if (requester.up) return requester.engine.requested.get(id)?.ledger;
    const stewards = this.peers.filter(({ up, engine }) => up && engine.stewarded.has(id));
    const [best] = stewards.map(({ engine }) => engine.stewarded.get(id)?.ledger as JobLedger).sort((a, b) => b.entries.size - a.entries.size);
    return best;
  }

  /** Whether everything can come to its end without this peer. */
  maySpare(peer: SimPeer): boolean {
    return !peer.gone && !this.needed.has(peer);
  }

  /** Whether it is off because it is night, and will come back by itself. */
  isNight(peer: SimPeer): boolean {
    return this.nightly.has(peer);
  }

  /** A crash may come between the journal's word and the caller's ear: then the job is there already. */
  private postedBefore(requester: SimPeer, name: string): Cid | undefined {
    for (const { job, spec } of requester.engine.requested.values()) if (spec.name === name) return job;
    return undefined;
  }

  /** A job of the scenario; where its poster crashed before it had its id, workers may have it before the poster asks again. */
  private jobOf(id: Cid): PostedJob | undefined {
    const known = this.jobs.get(id);
    if (known !== undefined) return known;
    const requester = this.peers.find(({ engine }) => engine.requested.has(id));
    const spec = requester?.engine.requested.get(id)?.spec;
    const number = this.scenario.jobs.findIndex((_, index) => nameOfJob(index) === spec?.name);
    return requester === undefined || spec === undefined || number < 0 ? undefined : this.enter(id, number, requester, spec);
  }

  private cancel(id: Cid, requester: SimPeer): void {
    if (requester.up && !requester.frozen) {
      if (this.scenario.faults.crashesPerMinute > 0 && requester.options.dice.crashes.float() < 0.5) requester.armCrash();
      requester.cancel(id, 'its owner changed his mind');
    } else if (!requester.gone) this.after(1_000, () => this.cancel(id, requester));
  }

  private populate(realCrypto: boolean): void {
    const { scenario } = this;
    const places = randomStream(scenario.seed, 'places');
    const access: WorldAccess = {
      events: this.events,
      network: this.network,
      now: () => this.now,
      startedAt: epochMs,
      unitOf: (id, unit) => {
        const job = this.jobOf(id);
        if (job === undefined) return undefined;
        return { job: job.number, ...this.runOf(job.number, unit) };
      },
      canFetch: (to, roots, from) =>
        this.peers.some((peer) => peer.up && !peer.frozen && from.includes(peer.id) && roots.every((root) => peer.contents.has(root)) && this.network.reaches(to.id, peer.id)),
      ran: (peer, effect) => {
        this.executions += 1;
        this.trace.mix(this.now & 0x7fffffff, peer.index, effect.unit);
        this.watch.ran(this, peer, effect);
      },
      said: (peer, to, message) => {
        for (const garbler of this.garblers) garbler.overhear(message);
        this.watch.said(this, peer, to, message);
      },
      acts: (peer) => void this.acted.add(peer),
      changed: (peer, id) => this.note(peer, id),
      crashed: (peer) => this.restartLater(peer),
      offence: (at, peer, code, text) => this.watch.offended(this, at, peer, code, text),
      failed: (peer, text) => this.watch.failed(this, peer, text),
      hears: (peer, how, bytes) => (this.bad.has(bytes) ? this.watch.hearsBad(this, peer, how) : nothingMore),
    };
    for (const person of drawPopulation(scenario, this.crypto, realCrypto)) {
      const peer = new SimPeer(person, access);
      const hidden = places.float() < scenario.hiddenShare && person.config.slots > 0;
      this.network.add(peer.id, { region: places.integer(scenario.regions), hidden, uplinkBytesPerMs: drawUplink(places) });
      this.peers.push(peer);
      this.byId.set(peer.id, peer);
      if (person.needed) this.needed.add(peer);
      this.after(places.integer(joiningMs(scenario.peers)), () => peer.start());
    }
    this.remember();
    for (const [kind, count] of Object.entries(scenario.hostile)) for (let i = 0; i < count; i += 1) this.addHostile(kind as HostileKind, realCrypto ? signerFromSeed : standInSigner);
  }

  /** What requesters saw of the workers before this world began is in their journals. */
  private remember(): void {
    const { requesters, history } = this.scenario;
    if (history === undefined) return;
    const workers = this.peers.slice(requesters).map(({ id, options }) => ({ id, kind: options.kind }));
    for (const [index, { journal }] of this.peers.slice(0, requesters).entries()) journal.append(historyOf(this.scenario, index, workers).takeNotes());
  }

  private addHostile(kind: HostileKind, makeSigner: (seed: Uint8Array) => Signer): void {
    const { scenario, crypto } = this;
    const random = randomStream(scenario.seed, `hostile/${kind}`);
    const parts = { signer: makeSigner(random.bytes(32)), crypto, random, network: this.network, now: () => Math.floor(this.now) };
    const hostile = kind === 'garbling' ? this.garbler(parts) : this.hostileRequester(kind, parts);
    this.network.add(hostile.id, { region: 0, hidden: false, uplinkBytesPerMs: 12_500 });
    this.hostile.push(hostile);
    this.after(2_000, () => hostile.join());
    const act = (): void => {
      if (!this.hostile.includes(hostile)) return;
      hostile.act();
      this.after(hostileEveryMs, act);
    };
    this.after(3_000, act);
  }

  private garbler(parts: HostileCommon): Garbler {
    const garbler = new Garbler({ ...parts, victims: this.peers.map(({ id }): PeerId => id), bad: (bytes) => void this.bad.add(bytes) });
    this.garblers.push(garbler);
    return garbler;
  }

  private hostileRequester(kind: 'double-awarding' | 'flooding', parts: HostileCommon): HostileRequester {
    const { scenario, crypto } = this;
    return new HostileRequester({
      ...parts,
      kind,
      victims: this.peers.slice(scenario.requesters).map(({ id }): PeerId => id),
      spec: (units) => specOf({ ...(scenario.jobs[0] as SimJob), units, holders: 0, where: '' }, 1_000, crypto),
    });
  }

  /** Something about a job changed at a peer: remember when its first bid came and when it ended. */
  private note(peer: SimPeer, id: Cid): void {
    const job = this.jobs.get(id);
    if (job !== undefined && peer.engine.stewarded.get(id)?.isOver === true && job.requester.gone) job.endedAtMs ??= this.elapsedMs;
    const open = job?.requester === peer ? peer.engine.requested.get(id) : undefined;
    if (job === undefined || open === undefined) return;
    if (open.ledger.bids.size > 0) job.firstBidAtMs ??= this.elapsedMs;
    if (open.outcome !== 'open') job.endedAtMs ??= this.elapsedMs;
  }

  private every(periodMs: number, run: () => void): void {
    // Between the milliseconds: no burst is half done then.
    this.events.plan(this.now + periodMs + 0.5 - ((this.now * 2) % 2) / 2, () => {
      run();
      this.every(periodMs, run);
    });
  }
}
