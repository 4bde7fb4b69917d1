import type { Cid, Crypto, PeerId, Random, Signer } from '@shoal/runtime';
import { peerIdOf, type Holding } from '@shoal/protocol';
import type { Timings } from './defaults.ts';
import type { Effect } from './effects.ts';
import { Outbox } from './ledger/outbox.ts';
import type { Policy } from './policy/admit.ts';
import type { RequestedJob } from './requester/job.ts';
import { Roster } from './roster/roster.ts';
import { Timers } from './timers.ts';
import { Standings } from './verify/standing.ts';
import type { Bidding, WorkedJob } from './worker/job.ts';

export interface EngineConfig {
  mesh: string;
  /** Name and version of this software, for adverts. */
  agent: string;
  /** Units run at once; 0 for a peer that never works. */
  slots: number;
  maxUnitMemoryBytes: number;
  engines: string[];
  isolation: string;
  determinismClass: string;
  fuelPerSecond: number;
  labels: Record<string, string>;
  policy: Policy;
  timings: Timings;
}

/** Everything that an engine knows. Changed by `step` alone. */
export interface Engine {
  readonly config: EngineConfig;
  readonly self: PeerId;
  readonly signer: Signer;
  readonly crypto: Crypto;
  /** Makes the salts of commitments; known to nobody else. */
  readonly saltKey: Uint8Array;
  readonly timers: Timers;
  readonly roster: Roster;
  readonly connected: Set<PeerId>;
  readonly outbox: Outbox;
  readonly holdings: Map<Cid, Holding>;
  readonly requested: Map<Cid, RequestedJob>;
  readonly worked: Map<Cid, WorkedJob>;
  readonly bidding: Map<Cid, Bidding>;
  readonly standings: Standings;
  addresses: string[];
  advertSeq: number;
}

export function createEngine(input: { config: EngineConfig; signer: Signer; crypto: Crypto }): Engine {
  const { config, signer, crypto } = input;
  return {
    config,
    self: peerIdOf(signer.publicKey),
    signer,
    crypto,
    saltKey: crypto.sha256(signer.sign(new TextEncoder().encode('shoal/salt-key/1'))),
    timers: new Timers(),
    roster: new Roster(config.timings.maxRoster),
    connected: new Set(),
    outbox: new Outbox(),
    holdings: new Map(),
    requested: new Map(),
    worked: new Map(),
    bidding: new Map(),
    standings: new Standings(),
    addresses: [],
    advertSeq: 0,
  };
}

/** One step under way: the engine, the moment, and what is to be done about it. */
export interface Turn {
  readonly engine: Engine;
  readonly now: number;
  readonly random: Random;
  readonly effects: Effect[];
}

/** Bit i of a bitmap; bits beyond its end are 0. */
export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/** A bitmap of `length` bits. */
export function bitmapOf(length: number, isSet: (index: number) => boolean): Uint8Array {
  const bitmap = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (isSet(i)) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  return bitmap;
}

/** `minMs` doubled `failures - 1` times, at most `maxMs`, times a factor in [0.5, 1): BOINC's back-off. */
export function backOffMs(failures: number, minMs: number, maxMs: number, random: Random): number {
  return Math.min(minMs * 2 ** Math.min(failures - 1, 40), maxMs) * (0.5 + random.float() / 2);
}
