import { silentLogger, type Cid, type Clock, type Crypto, type PeerId, type Random, type Signer } from '@shoal/runtime';
import { createEngine, Driver, type Carrier, type Effect, type Engine, type EngineConfig } from '@shoal/engine';
import type { Holding, JobSpec } from '@shoal/protocol';
import { behave, type WorkerKind } from '../behaviours/worker.ts';
import type { EventQueue } from './event-queue.ts';
import { Crash, SimJournal } from './journal.ts';
import type { Ears, SimNetwork } from './network.ts';

export interface SimPeerOptions {
  signer: Signer;
  crypto: Crypto;
  config: EngineConfig;
  kind: WorkerKind;
  fuelPerMs: number;
  holdings: Holding[];
  /** How far its clock is off, and how much faster than the world's it runs (1 = exact). */
  clockOffsetMs: number;
  clockRate: number;
}

export interface WorldAccess {
  events: EventQueue;
  network: SimNetwork;
  now: () => number;
  /** When the world began. */
  startedAt: number;
  random: Random;
  /** Cost of a unit, the same for everybody. */
  fuelOf(job: Cid, unit: number): number;
  /** Something was observed; checkers look at it. */
  ran(peer: SimPeer, effect: Extract<Effect, { type: 'execute' }>): void;
  crashed(peer: SimPeer): void;
  offence(at: SimPeer, peer: PeerId, code: string, text: string): void;
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
  private life = 0;
  private readonly world: WorldAccess;
  private sendsUntilCrash = Number.POSITIVE_INFINITY;

  constructor(options: SimPeerOptions, world: WorldAccess) {
    this.options = options;
    this.world = world;
    this.clockOffsetMs = options.clockOffsetMs;
    this.engine = createEngine(options);
    this.driver = this.makeDriver();
    this.id = this.engine.self;
  }

  /** Starts, or starts again from the journal alone. */
  start(): void {
    this.life += 1;
    this.up = true;
    this.sendsUntilCrash = Number.POSITIVE_INFINITY;
    this.journal.beforeCommit = () => {};
    this.journal.afterCommit = () => {};
    this.engine = createEngine(this.options);
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
    this.world.network.leave(this.id, told);
  }

  /** Its next commit, or one of the sends after it, is its last act: the worst moments to crash. */
  armCrash(): void {
    const moment = this.world.random.integer(4);
    const crash = (): void => {
      throw new Crash();
    };
    if (moment === 0) this.journal.beforeCommit = crash;
    else if (moment === 1) this.journal.afterCommit = crash;
    else this.journal.afterCommit = () => (this.sendsUntilCrash = this.world.random.integer(3));
  }

  submit(spec: JobSpec): Cid | undefined {
    let job: Cid | undefined;
    this.guard(() => (job = this.driver.submit({ type: 'submit', spec, nonce: this.world.random.bytes(16) })));
    return job;
  }

  cancel(job: Cid, why: string): void {
    this.guard(() => this.driver.handle({ type: 'cancel', job, why }));
  }

  private makeDriver(): Driver {
    const { random } = this.world;
    return new Driver({ engine: this.engine, clock: this.clock(), random, journal: this.journal, carrier: this.carrier(), logger: silentLogger });
  }

  /** Runs what may crash the peer on purpose. */
  private guard(run: () => void): void {
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
    this.world.events.plan(this.world.now() + Math.max(0, Math.ceil(delayMs)), () => {
      if (wanted && this.up && this.life === life) this.guard(run);
    });
    return () => (wanted = false);
  }

  private clock(): Clock {
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
    const alive = (): boolean => this.up && this.life === life;
    return {
      message: (from, bytes) => alive() && this.guard(() => this.driver.handle({ type: 'message', from, bytes })),
      gossip: (topic, from, bytes) => {
        let passOn = false;
        if (alive()) this.guard(() => (passOn = this.driver.gossip(topic, from, bytes) === 'accept'));
        return passOn;
      },
      connected: (peer) => alive() && this.guard(() => this.driver.handle({ type: 'peer-connected', peer })),
      disconnected: (peer) => alive() && this.guard(() => this.driver.handle({ type: 'peer-disconnected', peer })),
    };
  }

  private carrier(): Carrier {
    const { world } = this;
    return {
      send: (to, message) => {
        if (this.sendsUntilCrash === 0) throw new Crash();
        this.sendsUntilCrash -= 1;
        return world.network.send(this.id, to, message);
      },
      publish: (topic, bytes) => world.network.publish(this.id, topic, bytes),
      learn: () => {},
      execute: (effect) => this.execute(effect),
      abort: () => {},
      // Outputs of simulated units lie inside their results: there is nothing to bring.
      fetch: ({ job, unit }) => void this.plan(1, () => this.driver.handle({ type: 'fetched', job, unit, ok: true, why: '' })),
      unpin: () => {},
      changed: () => {},
      offence: (peer, code, text) => world.offence(this, peer, code, text),
    };
  }

  private execute(effect: Extract<Effect, { type: 'execute' }>): void {
    const { world, options } = this;
    const { job, unit, spec } = effect;
    world.ran(this, effect);
    const run = { job, unit, spec, fuel: world.fuelOf(job, unit), peer: this.id };
    const end = behave(options.kind, run, { fuelPerMs: options.fuelPerMs, random: world.random, crypto: options.crypto });
    if (end !== undefined) this.plan(end.afterMs, () => this.driver.handle({ type: 'executed', job, unit, outcome: end.outcome }));
  }
}
