import type { Cid, Crypto, PeerId, Random, Sealing, Signer } from '@shoal/runtime';
import { peerIdOf, ResultOpener, type Holding, type OperatorProof } from '@shoal/protocol';
import type { Timings } from './defaults.ts';
import type { Effect } from './effects.ts';
import { Outbox } from './ledger/outbox.ts';
import { KeptBids } from './market/kept-bids.ts';
import type { MembersConfig, Revoked } from './policy/membership.ts';
import type { Policy } from './policy/policy.ts';
import type { RequestedJob } from './requester/job.ts';
import type { StewardedJob } from './steward/job.ts';
import { Quotas } from './quotas.ts';
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
  /** What it does for jobs of others besides running them: `steward`, `keeper`. */
  roles?: readonly string[];
  /** Whose peer it is, by whoever runs several. */
  operator?: OperatorProof;
  policy: Policy;
  /** Of a private mesh. */
  members?: MembersConfig | undefined;
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
  /** Opens what workers sealed for jobs of ours; absent where nothing can be sealed. */
  readonly opener: ResultOpener | undefined;
  readonly timers: Timers;
  readonly roster: Roster;
  /** Peers of whom it first heard a moment ago, and of whom it will tell some neighbours. */
  readonly news: Set<PeerId>;
  readonly connected: Set<PeerId>;
  /** From where those who are connected are seen. */
  readonly seenAt: Map<PeerId, string>;
  readonly outbox: Outbox;
  readonly holdings: Map<Cid, Holding>;
  /** Jobs for which this peer awards and accepts: its own, and those for which it acts as their steward. */
  readonly requested: Map<Cid, RequestedJob>;
  /** Jobs of others whose ledger it holds, as their steward or keeper. */
  readonly stewarded: Map<Cid, StewardedJob>;
  readonly worked: Map<Cid, WorkedJob>;
  readonly bidding: Map<Cid, Bidding>;
  /** Workers to whom the next job of a kind goes without being asked first. */
  readonly kept: KeptBids;
  readonly standings: Standings;
  readonly quotas: Quotas;
  revoked: Revoked;
  addresses: string[];
  advertSeq: number;
  /** What its last advert said has changed since. */
  advertStale: boolean;
  /** Since when its owner lends it to nobody, by the hours that he set; undefined while he does. */
  closedAt: number | undefined;
  /** How far its time is ahead of the machine's clock, since that was set back. What is said to others goes by the clock. */
  clockAheadMs: number;
}

export function createEngine(input: { config: EngineConfig; signer: Signer; crypto: Crypto; sealing?: Sealing }): Engine {
  const { config, signer, crypto, sealing } = input;
  const self = peerIdOf(signer.publicKey);
  // A signature that nobody else can make, and that is never shown: the same after a restart, with nothing more to keep.
  const secretFor = (use: string): Uint8Array => crypto.sha256(signer.sign(new TextEncoder().encode(use)));
  return {
    config,
    self,
    signer,
    crypto,
    saltKey: secretFor('shoal/salt-key/1'),
    opener: sealing === undefined ? undefined : new ResultOpener(self, secretFor('shoal/sealing-key/1'), sealing, crypto),
    timers: new Timers(),
    roster: new Roster({ max: config.timings.maxRoster, largeAbove: config.timings.largeMeshPeers, smallBelow: config.timings.smallMeshPeers, sampledTtlMs: config.timings.sampledAdvertTtlMs }),
    news: new Set(),
    connected: new Set(),
    seenAt: new Map(),
    outbox: new Outbox(),
    holdings: new Map(),
    requested: new Map(),
    stewarded: new Map(),
    worked: new Map(),
    bidding: new Map(),
    kept: new KeptBids(config.timings.maxKeptKinds),
    standings: new Standings(),
    quotas: new Quotas(),
    revoked: { peers: new Set(), invitations: new Set() },
    addresses: [],
    advertSeq: 0,
    advertStale: true,
    closedAt: undefined,
    clockAheadMs: 0,
  };
}

/** One step under way: the engine, the moment, and what is to be done about it. */
export interface Turn {
  readonly engine: Engine;
  readonly now: number;
  readonly random: Random;
  readonly effects: Effect[];
  /** Whether what the event brought may wait for company; undefined where nobody said so: then it is urgent. */
  mayWait?: boolean;
}
