import { silentLogger, systemSealing, type Cid, type Clock, type Crypto, type PeerId, type Random, type Signer } from '@shoal/runtime';
import { createEngine, Driver, type Carrier, type Effect, type Engine, type EngineConfig } from '@shoal/engine';
import { sealedResultsAbility, type Holding, type JobSpec } from '@shoal/protocol';
import { Copier } from '../behaviours/copier.ts';
import { outgoing } from '../behaviours/outgoing.ts';
import { behave, type UnitRun, type WorkerKind } from '../behaviours/worker.ts';
import type { EventQueue } from './event-queue.ts';
import { Crash, SimJournal } from './journal.ts';
import type { Ears, SimNetwork } from './network.ts';
import { SealedRuns } from './sealed-runs.ts';

export interface SimPeerOptions {
  index: number;
  signer: Signer;
  crypto: Crypto;
  config: EngineConfig;
  kind: WorkerKind;
  /** Of a sleeping one: runs for which it is honest. */
  honestRuns?: number;
  fuelPerMs: number;
  holdings: Holding[];
  /** How far its clock is off, and how much faster than the world's it runs (1 = exact). */
  clockOffsetMs: number;
  clockRate: number;
  /** What its engine draws, what its runs draw, what their seals draw, and when it crashes: streams, so that none shifts another. */
  dice: { engine: Random; runs: Random; seals: Random; crashes: Random };
}

export interface WorldAccess {
  events: EventQueue;
  network: SimNetwork;
  now: () => number;
  /** When the world began. */
  startedAt: number;
  /** Number of a job and cost of a unit, the same for everybody; undefined for a job that no peer of the scenario posted. */
  unitOf(job: Cid, unit: number): Pick<UnitRun, 'job' | 'fuel' | 'linked' | 'words'> | undefined;
  /** Whether one of those peers has all of that, and can be reached from here. */
  canFetch(to: SimPeer, roots: readonly Cid[], from: readonly PeerId[]): boolean;
  /** Something was observed; checkers look at it. */
  ran(peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>): void;
  said(peer: SimPeer, to: PeerId, message: Uint8Array): void;
  acts(peer: SimPeer): void;
  changed(peer: SimPeer, job: Cid): void;
  crashed(peer: SimPeer): void;
  offence(at: SimPeer, peer: PeerId, code: string, text: string): void;
  /** It logs an error. */
  failed(peer: SimPeer, text: string): void;
  /** A peer is about to look into bytes from outside; what is returned is called when it has. */
  hears(peer: SimPeer, how: 'message' | 'gossip', bytes: Uint8Array): () => void;
}

/** One peer of the world: the real engine and driver, on a simulated clock, disk and network. */
export class SimPeer {
  readonly id: PeerId;
  readonly options: SimPeerOptions;
  readonly journal = new SimJournal();
  engine: Engine;
  driver: Driver;
  up = false;
  /** Left for good. */
  gone = false;
  clockOffsetMs: number;
  /** Outputs on its disk. */
  readonly contents = new Set<Cid>();
  /** Units that run now, as `job/unit`. */
  readonly running = new Set<string>();
  private life = 0;
  private runs = 0;
  /** A closed lid: until then nothing happens here, and then all of it at once. */
  private frozenUntil = 0;
  private putOff: (() => void)[] = [];
  private readonly world: WorldAccess;
  private readonly copier: Copier | undefined;
  private readonly sealedRuns: SealedRuns;
  private sendsUntilCrash = Number.POSITIVE_INFINITY;

  constructor(options: SimPeerOptions, world: WorldAccess) {
    this.options = options;
    this.world = world;
    this.clockOffsetMs = options.clockOffsetMs;
    this.engine = this.makeEngine();
    this.driver = this.makeDriver();
    this.id = this.engine.self;
    this.sealedRuns = new SealedRuns({ self: this.id, crypto: options.crypto, random: options.dice.seals });
    if (options.kind === 'copying') this.copier = this.makeCopier();
  }

  get index(): number {
    return this.options.index;
  }

  get frozen(): boolean {
    return this.frozenUntil > this.world.now();
  }

  /** Starts, or starts again from the journal alone. */
  start(): void {
    this.life += 1;
    this.up = true;
    this.frozenUntil = 0;
    this.putOff = [];
    this.sendsUntilCrash = Number.POSITIVE_INFINITY;
    this.journal.afterCommit = () => {};
    this.engine = this.makeEngine();
    this.driver = this.makeDriver();
    this.guard(() => {
      this.driver.recover();
      this.world.network.join(this.id, this.ears());
      this.driver.begin();
      this.driver.handle({ type: 'holdings', holdings: this.options.holdings });
    });
  }

  /** Stops like kill -9: only the journal stays. */
  kill(told = true): void {
    if (!this.up) return;
    this.up = false;
    this.life += 1;
    this.running.clear();
    this.sealedRuns.forget();
    this.journal.crash();
    this.world.network.leave(this.id, told);
  }

  /** Closes the lid: what should happen meanwhile happens when it opens. */
  freeze(forMs: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.world.now() + forMs);
    this.world.network.freeze(this.id, forMs);
    this.plan(forMs, () => {});
  }

  /** Now, or when the lid opens, in the order of things. */
  private awake(run: () => void): void {
    if (this.frozen) this.putOff.push(run);
    else this.guard(run);
  }

  private thaw(): void {
    const { life, putOff } = this;
    this.putOff = [];
    for (const run of putOff) if (this.life === life) this.guard(run);
  }

  /** Its next commit, or one of the sends after it, is its last act: the worst moments to crash. */
  armCrash(): void {
    const dice = this.options.dice.crashes;
    const moment = dice.integer(4);
    const crash = (): void => {
      throw new Crash();
    };
    if (moment === 0) this.journal.tearsAfter = dice.integer(4);
    else if (moment === 1) this.journal.afterCommit = crash;
    else this.journal.afterCommit = () => (this.sendsUntilCrash = dice.integer(3));
  }

  submit(plain: JobSpec, sealed = false): Cid | undefined {
    let job: Cid | undefined;
    const nonce = this.options.dice.engine.bytes(16);
    const seal = sealed ? this.engine.opener?.publicKeyOf(nonce) : undefined;
    const spec = seal === undefined ? plain : { ...plain, seal, requires: [sealedResultsAbility] };
    this.guard(() => (job = this.driver.submit({ type: 'submit', spec, nonce })));
    return job;
  }

  cancel(job: Cid, why: string): void {
    this.guard(() => this.driver.handle({ type: 'cancel', job, why }));
  }

  private makeEngine(): Engine {
    return createEngine({ ...this.options, sealing: systemSealing });
  }

  private makeDriver(): Driver {
    return new Driver({
      engine: this.engine,
      clock: this.clock(),
      random: this.options.dice.engine,
      journal: this.journal,
      carrier: this.carrier(),
      logger: { ...silentLogger, error: (text, details) => this.world.failed(this, `${text} ${JSON.stringify(details ?? {})}`) },
      failed: (error) => {
        throw error;
      },
    });
  }

  private makeCopier(): Copier {
    const { signer, crypto } = this.options;
    const send = (to: PeerId, bytes: Uint8Array): void => void (this.up && this.world.network.send(this.id, to, bytes));
    return new Copier({ signer, crypto, self: this.id, now: () => Math.floor(this.world.now()), send });
  }

  /** Runs what may crash the peer on purpose. */
  private guard(run: () => void): void {
    this.world.acts(this);
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.kill();
      this.world.crashed(this);
    }
  }

  private plan(delayMs: number, run: () => void): () => void {
    const { life } = this;
    let wanted = true;
    const fire = (): void => {
      if (!wanted || !this.up || this.life !== life) return;
      if (!this.frozen && this.putOff.length > 0) this.thaw();
      if (this.life === life) this.awake(run);
    };
    this.world.events.plan(this.world.now() + Math.max(0, Math.ceil(delayMs)), fire);
    return () => (wanted = false);
  }

  /** Its own: off, and too fast or too slow. */
  clock(): Clock {
    const { clockRate } = this.options;
    const now = (): number => Math.floor(this.world.startedAt + (this.world.now() - this.world.startedAt) * clockRate + this.clockOffsetMs);
    return {
      now,
      monotonic: () => this.world.now() * clockRate,
      setTimer: (delayMs, run) => this.plan(delayMs / clockRate, run),
      soon: (run) => void this.plan(0, run),
    };
  }

  private ears(): Ears {
    const { life } = this;
    const hear = (run: () => void): void => {
      if (!this.up || this.life !== life) return;
      if (!this.frozen && this.putOff.length > 0) this.thaw();
      if (this.life === life) this.awake(run);
    };
    return {
      message: (from, bytes) =>
        hear(() => {
          const hasHeard = this.world.hears(this, 'message', bytes);
          this.copier?.overhear(bytes);
          this.driver.handle({ type: 'message', from, bytes });
          hasHeard();
        }),
      gossip: (topic, from, bytes) => {
        let passOn = false;
        hear(() => {
          const hasHeard = this.world.hears(this, 'gossip', bytes);
          passOn = this.driver.gossip(topic, from, bytes) === 'accept';
          hasHeard();
        });
        return passOn;
      },
      connected: (peer) => hear(() => this.driver.handle({ type: 'peer-connected', peer, address: seenAt })),
      disconnected: (peer) => hear(() => this.driver.handle({ type: 'peer-disconnected', peer })),
    };
  }

  private carrier(): Carrier {
    const { world } = this;
    return {
      send: (to, message) => {
        if (this.sendsUntilCrash === 0) throw new Crash();
        this.sendsUntilCrash -= 1;
        world.said(this, to, message);
        const said = outgoing(this.options, message);
        return said === undefined || world.network.send(this.id, to, said);
      },
      publish: (topic, bytes) => world.network.publish(this.id, topic, bytes),
      learn: () => {},
      execute: (effect) => this.execute(effect),
      abort: (job, unit) => void this.running.delete(`${job}/${unit}`),
      fetch: (effect) => this.fetch(effect),
      hold: () => {},
      // No scenario asks for proofs: a simulated peer holds what it says.
      challenge: ({ job, peer }) => this.plan(1, () => this.driver.handle({ type: 'challenged', job, peer, shown: true, why: '' })),
      save: () => {},
      unsave: () => {},
      unpin: () => {},
      changed: (job) => world.changed(this, job),
      offence: (peer, code, text) => world.offence(this, peer, code, text),
    };
  }

  private execute(effect: Extract<Effect, { type: 'execute' }>): void {
    const { world, options } = this;
    const { job, unit, requester } = effect;
    const key = `${job}/${unit}`;
    this.running.add(key);
    world.ran(this, effect);
    this.copier?.want(job, unit, requester, this.engine.worked.get(job)?.lease ?? '');
    if (this.copier !== undefined) this.plan(copyAgainMs, () => this.copier?.askAgain());
    const known = world.unitOf(job, unit);
    if (known === undefined) return; // a job that nobody means: it runs until its lease ends
    const run = { ...known, unit, peer: this.id, awakeFor: this.runs - (options.honestRuns ?? 0) };
    this.runs += 1;
    const end = behave(options.kind, run, { fuelPerMs: options.fuelPerMs, random: options.dice.runs, crypto: options.crypto });
    if (end === undefined) return;
    this.plan(end.afterMs, () => {
      if (!this.running.delete(key)) return;
      const { outcome, contents } = this.sealedRuns.of(job, unit, effect.spec, end.outcome);
      for (const root of contents) this.contents.add(root);
      this.driver.handle({ type: 'executed', job, unit, outcome });
    });
  }

  private fetch({ job, unit, roots, from, ...fetch }: Extract<Effect, { type: 'fetch' }>): void {
    const bytes = roots.reduce((sum, root) => sum + root.bytes, 0);
    this.plan(1 + bytes / fetchBytesPerMs, () => {
      const wanted = roots.map(({ cid }) => cid).filter((cid) => !this.contents.has(cid));
      const boasts = this.options.kind === 'usurping' && fetch.for === 'requester';
      const ok = boasts || wanted.length === 0 || this.world.canFetch(this, wanted, from);
      if (ok && !boasts) for (const cid of [...wanted, ...(fetch.sealed?.holds ?? []).map((held) => held.cid)]) this.contents.add(cid);
      this.driver.handle({ type: 'fetched', job, unit, ok, why: ok ? '' : 'nobody who has it can be reached' });
    });
  }
}

/** From where everybody is seen: no policy of the simulated owners looks at it. */
const seenAt = '/ip4/127.0.0.1/tcp/1';
const copyAgainMs = 2_000;
const fetchBytesPerMs = 1_000;
