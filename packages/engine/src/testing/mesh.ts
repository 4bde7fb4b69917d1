import { silentLogger, systemSealing, type Cid, type Clock, type PeerId, type Random, type Signer } from '@shoal/runtime';
import { decodeMessage, peerIdOf, proveOperator, type Holding, type JobSpec, type Message, type OperatorProof } from '@shoal/protocol';
import { defaults, type Timings } from '../defaults.ts';
import { Driver, type Carrier } from '../driver.ts';
import type { Linked } from '../effects.ts';
import { createEngine, type Engine, type EngineConfig } from '../engine.ts';
import type { MembersConfig } from '../policy/membership.ts';
import type { EngineEvent } from '../events.ts';
import { honest, seededRandom, type Behaviour } from './behaviours.ts';
import { quickCrypto, quickSigner } from './crypto.ts';
import { TestJournal } from './journal.ts';
import { VirtualTime } from './time.ts';

export { honest, resultOf, seededRandom, type Behaviour } from './behaviours.ts';

export interface TestPeer {
  readonly id: PeerId;
  readonly signer: Signer;
  readonly config: EngineConfig;
  readonly journal: TestJournal;
  engine: Engine;
  driver: Driver;
  behaviour: Behaviour;
  holdings: Holding[];
  /** How far its clock is ahead of the others'. */
  skewMs: number;
  address?: string | undefined;
  up: boolean;
  /** Grows at every crash and start: what was under way before is void. */
  life: number;
  /** Units that it runs now, as `job/unit`. */
  running: Set<string>;
}

/** Anything else that is connected to the mesh and says what it likes. */
export interface Outsider {
  readonly id: PeerId;
  receive(from: PeerId, message: Message): void;
}

export interface TestPeerOptions {
  slots?: number;
  behaviour?: Behaviour;
  holdings?: Holding[];
  labels?: Record<string, string>;
  /** What makes it belong to a private mesh. */
  members?: (peer: PeerId) => MembersConfig;
  skewMs?: number;
  /** From where the others see it. */
  address?: string;
  /** The key of its operator, by name. */
  operator?: string;
  sameNetwork?: 'public' | 'all' | 'none';
  roles?: string[];
  determinismClass?: string;
  timings?: Partial<Timings>;
}

/** Engines with their drivers, joined by a network that exists in memory only, under a clock of its own. */
export class TestMesh {
  readonly peers: TestPeer[] = [];
  readonly outsiders = new Map<PeerId, Outsider>();
  readonly offences: { at: PeerId; peer: PeerId; code: string; text: string }[] = [];
  readonly executed: { peer: PeerId; unit: number; job: Cid }[] = [];
  /** Messages by kind. */
  readonly sent = new Map<Message['type'], number>();
  /** Decides whether a message arrives. */
  passes: (from: PeerId, to: PeerId, message?: Message) => boolean = () => true;
  /** How often it arrives, and how late at least and, beyond that, at most. */
  copies: () => number = () => 1;
  minDelayMs = 1;
  maxDelayMs = 5;
  /** Whether what one peer sends to another comes in the order in which it was sent, as on a stream. */
  inOrder = false;
  private readonly lastAt = new Map<string, number>();
  /** When linked outputs were asked for, and whether they are to be had. */
  readonly fetches: number[] = [];
  readonly fetched: { peer: PeerId; roots: Linked[]; opened: boolean }[] = [];
  canFetch: (from: readonly PeerId[]) => boolean | 'no-room' = () => true;
  /** Who was asked to show blocks of what it claims to hold, and whether it can. */
  readonly challenges: { peer: PeerId; shards: Cid[] }[] = [];
  canShow: (peer: PeerId, shards: readonly Cid[]) => boolean | 'not yet' = () => true;
  readonly random: Random;
  readonly time = new VirtualTime();

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  get now(): number {
    return this.time.now;
  }

  add(options: TestPeerOptions = {}): TestPeer {
    const signer = quickSigner(this.random.bytes(32));
    const config: EngineConfig = {
      mesh: 'test',
      agent: 'test',
      slots: options.slots ?? 2,
      maxUnitMemoryBytes: 1 << 30,
      engines: ['wasm'],
      isolation: 'full',
      determinismClass: options.determinismClass ?? 'test',
      fuelPerSecond: 0,
      labels: options.labels ?? {},
      roles: options.roles ?? [],
      ...(options.operator === undefined ? {} : { operator: proofOf(options.operator, signer) }),
      policy: { denied: new Set(), ...(options.sameNetwork === undefined ? {} : { sameNetwork: options.sameNetwork }) },
      members: options.members?.(peerIdOf(signer.publicKey)),
      timings: { ...defaults, ...options.timings },
    };
    const peer = {
      signer,
      config,
      journal: new TestJournal(),
      behaviour: options.behaviour ?? honest,
      holdings: options.holdings ?? [],
      skewMs: options.skewMs ?? 0,
      address: options.address,
      up: false,
      life: 0,
    } as TestPeer;
    this.start(peer);
    this.peers.push(Object.assign(peer, { id: peer.engine.self }));
    this.connect(peer);
    return peer;
  }

  addOutsider(outsider: Outsider): void {
    this.outsiders.set(outsider.id, outsider);
    for (const peer of this.peers) this.after(1, peer, () => peer.driver.handle({ type: 'peer-connected', peer: outsider.id }));
  }

  submit(peer: TestPeer, spec: JobSpec, nonce = this.random.bytes(16)): Cid {
    const job = peer.driver.submit({ type: 'submit', spec, nonce });
    if (job === undefined) throw new Error('no job was posted');
    return job;
  }

  /** Like kill -9: only the journal stays. */
  kill(peer: TestPeer): void {
    peer.up = false;
    peer.life += 1;
    peer.journal.appended = () => {};
    peer.journal.isFrozen = true;
    for (const other of this.peers) if (other !== peer && other.up) this.after(1, other, () => other.driver.handle({ type: 'peer-disconnected', peer: peer.id }));
  }

  restart(peer: TestPeer): void {
    this.start(peer);
    this.connect(peer);
  }

  /** Breaks the connection between two peers for a moment, or mends it. */
  link(a: TestPeer, b: TestPeer, isUp: boolean): void {
    const type = isUp ? 'peer-connected' : 'peer-disconnected';
    this.after(1, a, () => a.driver.handle({ type, peer: b.id, ...(b.address === undefined ? {} : { address: b.address }) }));
    this.after(1, b, () => b.driver.handle({ type, peer: a.id, ...(a.address === undefined ? {} : { address: a.address }) }));
  }

  runUntil(holds: () => boolean, withinMs: number): boolean {
    return this.time.runUntil(holds, withinMs);
  }

  step(peer: TestPeer, event: EngineEvent): void {
    peer.driver.handle(event);
  }

  /** Hands bytes to whoever has that id, as the network would: perhaps late, perhaps never, perhaps twice. */
  transmit(from: PeerId, to: PeerId, bytes: Uint8Array): void {
    const message = decodeMessage(bytes);
    this.sent.set(message.type, (this.sent.get(message.type) ?? 0) + 1);
    if (!this.passes(from, to, message)) return;
    const peer = this.peers.find((other) => other.id === to);
    const outsider = this.outsiders.get(to);
    for (let copy = this.copies(); copy > 0; copy -= 1) {
      const delayMs = this.delayMs(from, to);
      if (peer !== undefined) this.after(delayMs, peer, () => peer.driver.handle({ type: 'message', from, bytes }));
      else if (outsider !== undefined) this.time.after(delayMs, () => outsider.receive(from, message));
    }
  }

  private delayMs(from: PeerId, to: PeerId): number {
    const delayMs = this.minDelayMs + this.random.float() * this.maxDelayMs;
    if (!this.inOrder) return delayMs;
    const at = Math.max(this.now + Math.ceil(delayMs), this.lastAt.get(`${from}/${to}`) ?? 0);
    this.lastAt.set(`${from}/${to}`, at);
    return at - this.now;
  }

  private start(peer: TestPeer): void {
    peer.up = true;
    peer.life += 1;
    peer.running = new Set();
    peer.journal.isFrozen = false;
    peer.engine = createEngine({ config: peer.config, signer: peer.signer, crypto: quickCrypto, sealing: systemSealing });
    const clock = this.clockOf(peer);
    peer.driver = new Driver({ engine: peer.engine, clock, random: this.random, journal: peer.journal, carrier: this.carrierOf(peer), logger: silentLogger, failed: raise });
    peer.driver.recover();
    peer.driver.begin();
    peer.driver.handle({ type: 'holdings', holdings: peer.holdings });
  }

  private connect(peer: TestPeer): void {
    for (const other of this.peers) if (other !== peer && other.up) this.link(peer, other, true);
    for (const { id } of this.outsiders.values()) this.after(1, peer, () => peer.driver.handle({ type: 'peer-connected', peer: id }));
  }

  private clockOf(peer: TestPeer): Clock {
    return {
      now: () => this.now + peer.skewMs,
      monotonic: () => this.now,
      setTimer: (delayMs, fn) => {
        let isWanted = true;
        this.after(delayMs, peer, () => {
          if (isWanted) fn();
        });
        return () => {
          isWanted = false;
        };
      },
      soon: (fn) => this.after(0, peer, fn),
    };
  }

  private carrierOf(peer: TestPeer): Carrier {
    const { life } = peer;
    const alive = (): boolean => peer.up && peer.life === life;
    return {
      send: (to, bytes) => {
        if (alive()) this.transmit(peer.engine.self, to, bytes);
        return true;
      },
      publish: (topic, bytes) => {
        if (!alive()) return;
        for (const to of this.peers) {
          if (to === peer || !this.passes(peer.id, to.id)) continue;
          this.after(5, to, () => to.driver.gossip(topic, peer.id, bytes));
        }
      },
      learn: () => {},
      execute: ({ job, unit, spec }) => {
        if (alive()) this.execute(peer, job, unit, spec);
      },
      abort: (job, unit) => void peer.running.delete(`${job}/${unit}`),
      fetch: ({ job, unit, roots, from, sealed }) => {
        this.fetches.push(this.now);
        this.fetched.push({ peer: peer.id, roots, opened: sealed !== undefined });
        this.after(20, peer, () => {
          const can = this.canFetch(from);
          peer.driver.handle({ type: 'fetched', job, unit, ok: can === true, why: can === 'no-room' ? 'the disk is full' : 'nobody has it', isOurs: can === 'no-room' });
        });
      },
      hold: () => {},
      challenge: ({ job, peer: asked, shards }) => {
        this.challenges.push({ peer: asked, shards });
        const shown = this.canShow(asked, shards);
        if (shown !== 'not yet') this.after(20, peer, () => peer.driver.handle({ type: 'challenged', job, peer: asked, shown, why: 'it has not' }));
      },
      save: () => {},
      unsave: () => {},
      unpin: () => {},
      changed: () => {},
      offence: (offender, code, text) => void this.offences.push({ at: peer.id, peer: offender, code, text }),
    };
  }

  private execute(peer: TestPeer, job: Cid, unit: number, spec: JobSpec): void {
    const run = peer.behaviour(spec, unit, peer.id, job);
    peer.running.add(`${job}/${unit}`);
    if (run === undefined) return;
    this.after(run.afterMs, peer, () => {
      if (!peer.running.delete(`${job}/${unit}`)) return; // aborted
      this.executed.push({ peer: peer.id, unit, job });
      peer.driver.handle({ type: 'executed', job, unit, outcome: run.outcome });
    });
  }

  /** What happens to a peer later, unless it crashes before. */
  private after(delayMs: number, peer: TestPeer, run: () => void): void {
    const { life } = peer;
    this.time.after(delayMs, () => {
      if (peer.up && peer.life === life) run();
    });
  }
}

function proofOf(operator: string, { publicKey }: Signer): OperatorProof {
  return proveOperator(quickSigner(new TextEncoder().encode(operator)), peerIdOf(publicKey));
}

/** Nothing that a test does may stop a peer. */
function raise(error: unknown): never {
  throw error;
}
