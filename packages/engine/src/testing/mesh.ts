import { signerFromSeed, systemCrypto, type Cid, type JournalRecord, type PeerId, type Random } from '@shoal/runtime';
import { encodeMessage, encodeResult, type Holding, type JobSpec } from '@shoal/protocol';
import { defaults } from '../defaults.ts';
import type { Effect } from '../effects.ts';
import { createEngine, type Engine, type EngineConfig } from '../engine.ts';
import type { EngineEvent, RunOutcome } from '../events.ts';
import { nextDeadline, step } from '../step.ts';

/** How a peer of the test mesh runs a unit; undefined: it never ends. */
export type Behaviour = (spec: JobSpec, unit: number, peer: PeerId) => { afterMs: number; outcome: RunOutcome } | undefined;

interface TestPeer {
  id: PeerId;
  seed: Uint8Array;
  config: EngineConfig;
  engine: Engine;
  journal: Map<Cid, { closed: boolean; records: Map<string, JournalRecord> }>;
  behaviour: Behaviour;
  holdings: Holding[];
  up: boolean;
  /** Grows at every restart: what was under way before is void. */
  life: number;
  timerAt: number | undefined;
}

/** A result that says which unit it is of. */
export function resultOf(unit: number, salt = ''): RunOutcome {
  const stdout = { inline: new TextEncoder().encode(`unit ${unit}${salt}`) };
  const { cid, bytes } = encodeResult({ stdout, files: [] }, systemCrypto);
  return { ok: true, result: cid, document: bytes, log: new Uint8Array() };
}

export const honest: Behaviour = (_spec, unit) => ({ afterMs: 40 + (unit % 7) * 10, outcome: resultOf(unit) });

/** Mulberry32: small, seeded, good enough for tests. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number): number => Math.floor(float() * below);
  return { float, integer, bytes: (length) => Uint8Array.from({ length }, () => integer(256)) };
}

/** Engines joined by a network that exists in memory only, under a clock of its own. Every message may be lost. */
export class TestMesh {
  now = 1_000_000;
  readonly peers: TestPeer[] = [];
  readonly offences: { at: PeerId; peer: PeerId; code: string; text: string }[] = [];
  readonly executed: { peer: PeerId; unit: number }[] = [];
  /** Decides whether a message arrives. */
  passes: (from: PeerId, to: PeerId) => boolean = () => true;
  readonly random: Random;
  private queue: { at: number; run: () => void }[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  add(options: { slots?: number; behaviour?: Behaviour; holdings?: Holding[]; labels?: Record<string, string> } = {}): TestPeer {
    const seed = this.random.bytes(32);
    const config: EngineConfig = {
      mesh: 'test',
      agent: 'test',
      slots: options.slots ?? 2,
      maxUnitMemoryBytes: 1 << 30,
      engines: ['wasm'],
      isolation: 'full',
      determinismClass: 'test',
      fuelPerSecond: 0,
      labels: options.labels ?? {},
      policy: { denied: new Set() },
      timings: { ...defaults },
    };
    const engine = createEngine({ config, signer: signerFromSeed(seed), crypto: systemCrypto });
    const behaviour = options.behaviour ?? honest;
    const peer: TestPeer = { id: engine.self, seed, config, engine, journal: new Map(), behaviour, holdings: options.holdings ?? [], up: true, life: 0, timerAt: undefined };
    this.peers.push(peer);
    this.begin(peer);
    return peer;
  }

  submit(peer: TestPeer, spec: JobSpec): Cid {
    const effects = this.step(peer, { type: 'submit', spec, nonce: this.random.bytes(16) });
    const job = effects.find((effect) => effect.type === 'submitted')?.job;
    if (job === undefined) throw new Error('no job was posted');
    return job;
  }

  /** Like kill -9: only the journal stays. */
  kill(peer: TestPeer): void {
    peer.up = false;
    peer.life += 1;
    for (const other of this.peers) if (other !== peer && other.up) this.after(1, other, () => this.step(other, { type: 'peer-disconnected', peer: peer.id }));
  }

  restart(peer: TestPeer): void {
    peer.up = true;
    peer.life += 1;
    peer.timerAt = undefined;
    peer.engine = createEngine({ config: peer.config, signer: signerFromSeed(peer.seed), crypto: systemCrypto });
    for (const [job, scope] of peer.journal) {
      if (!scope.closed) this.step(peer, { type: 'recovered', job, records: [...scope.records.values()] });
    }
    this.begin(peer);
  }

  /** Lets time pass until the condition holds, at most so long; returns whether it held. */
  runUntil(holds: () => boolean, withinMs: number): boolean {
    const end = this.now + withinMs;
    while (!holds()) {
      const next = this.queue[0];
      if (next === undefined || next.at > end) {
        this.now = end;
        return holds();
      }
      this.queue.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    return true;
  }

  step(peer: TestPeer, event: EngineEvent): Effect[] {
    const effects = [...step(peer.engine, event, this.now, this.random), ...step(peer.engine, { type: 'flush' }, this.now, this.random)];
    for (const effect of effects) if (effect.type === 'append') this.append(peer, effect.records);
    for (const effect of effects) this.carryOut(peer, effect);
    this.setTimer(peer);
    return effects;
  }

  private begin(peer: TestPeer): void {
    this.step(peer, { type: 'holdings', holdings: peer.holdings });
    this.step(peer, { type: 'start' });
    for (const other of this.peers) {
      if (other === peer || !other.up) continue;
      this.after(1, peer, () => this.step(peer, { type: 'peer-connected', peer: other.id }));
      this.after(1, other, () => this.step(other, { type: 'peer-connected', peer: peer.id }));
    }
  }

  private append(peer: TestPeer, records: JournalRecord[]): void {
    for (const record of records) {
      const scope = record.scope as Cid;
      const kept = peer.journal.get(scope) ?? { closed: false, records: new Map() };
      peer.journal.set(scope, kept);
      kept.records.set(`${record.kind}/${record.key}`, record);
    }
  }

  private carryOut(peer: TestPeer, effect: Effect): void {
    if (effect.type === 'send') {
      const bytes = encodeMessage(effect.message);
      const to = this.peers.find((other) => other.id === effect.to);
      if (to === undefined || (to !== peer && !this.passes(peer.id, to.id))) return;
      this.after(1 + this.random.float() * 5, to, () => this.step(to, { type: 'message', from: peer.id, bytes }));
    } else if (effect.type === 'publish') {
      for (const to of this.peers) {
        if (to === peer || !this.passes(peer.id, to.id)) continue;
        this.after(5, to, () => this.step(to, { type: 'gossip', topic: effect.topic, from: peer.id, bytes: effect.bytes }));
      }
    } else if (effect.type === 'execute') {
      const run = peer.behaviour(effect.spec, effect.unit, peer.id);
      if (run === undefined) return;
      this.after(run.afterMs, peer, () => {
        this.executed.push({ peer: peer.id, unit: effect.unit });
        this.step(peer, { type: 'executed', job: effect.job, unit: effect.unit, outcome: run.outcome });
      });
    } else if (effect.type === 'summarize') {
      const scope = peer.journal.get(effect.scope);
      if (scope !== undefined) scope.closed = effect.closed;
    } else if (effect.type === 'offence') {
      this.offences.push({ at: peer.id, peer: effect.peer, code: effect.code, text: effect.text });
    }
  }

  private setTimer(peer: TestPeer): void {
    const at = nextDeadline(peer.engine);
    if (at === undefined || at === peer.timerAt) return;
    peer.timerAt = at;
    this.after(Math.max(0, at - this.now), peer, () => {
      if (peer.timerAt === at) peer.timerAt = undefined;
      this.step(peer, { type: 'wake' });
    });
  }

  private after(delayMs: number, peer: TestPeer, run: () => void): void {
    const { life } = peer;
    const guarded = (): void => {
      if (peer.up && peer.life === life) run();
    };
    const at = this.now + Math.ceil(delayMs);
    let index = this.queue.length; // kept in order: most events are late ones
    while (index > 0 && (this.queue[index - 1]?.at ?? 0) > at) index -= 1;
    this.queue.splice(index, 0, { at, run: guarded });
  }
}
