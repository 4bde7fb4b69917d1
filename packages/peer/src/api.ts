import type { Cid, ConnectionInfo, JoinState, Logger, PeerId, ReachStatus, ShoalError } from '@shoal/runtime';
import type { EntrustedView, JobSummary, JobView, TraceEvent, UnitView } from '@shoal/engine';

export type { EntrustedView, JobState, JobSummary, JobView, StewardshipView, TraceEvent, UnitState, UnitView, WorkerView } from '@shoal/engine';

/** How to make a peer. Everything has a default. */
export interface PeerOptions {
  /** Where identity, journal and blobs live. Without it, everything is in memory and gone at stop. */
  dataDir?: string;
  /**
   * 32 secret bytes under which a new data directory is encrypted: blobs, results and the journal. It is needed at every
   * start from then on, and must not lie where the data does. The identity, CIDs, names and sizes stay readable.
   */
  storeKey?: Uint8Array;
  /** Peers of different meshes never talk. Default `public`. */
  mesh?: string;
  /** Multiaddrs to listen on. Default `/ip4/127.0.0.1/tcp/0`. */
  listen?: string[];
  /** Multiaddrs of peers to join by, `/dnsaddr/` and a DNS name, or `@FILE` with one a line; any peer of the mesh will do. */
  bootstrap?: string[];
  /** Find peers on the local network. Default false. */
  mdns?: boolean;
  /** Ask the router, where it speaks UPnP, to forward the ports that this peer listens on. Default false. */
  upnp?: boolean;
  /** Units run at once; 0 for a peer that only requests. Default: number of cores. */
  slots?: number;
  /** Running units are saved so often, in milliseconds. Default 60,000. */
  checkpointEveryMs?: number;
  /** Free-form labels that jobs select by, for example `{region: 'eu'}`, beside what the machine says of itself: `cores`, `memory` (GiB), `os`, `arch`. */
  labels?: Record<string, string>;
  /** Most memory one unit may be given, in bytes. */
  maxUnitMemoryBytes?: number;
  /**
   * The weakest walls (`process`, `partial`, `full`) behind which programs of others run here. Default: `full` as soon as
   * strangers can reach this peer, that is in a mesh without an authority and beyond this machine; else `process`.
   */
  minIsolation?: 'process' | 'partial' | 'full';
  /**
   * Whom it serves, and whom not: ids of peers, or of their operators (`PeerStatus.operator`), who prove themselves by their
   * adverts. With an allow-list nobody else is served; being kept out counts more. Its own jobs are never refused.
   */
  allowRequesters?: readonly string[];
  denyRequesters?: readonly string[];
  /** Which programs of others it runs, and which not: CIDs, or names of engines (`native`, `quickjs-1`). The same rules. */
  allowPrograms?: readonly string[];
  denyPrograms?: readonly string[];
  /**
   * When it works for others, by this machine's local time: `20:00-07:00`, `mon-fri 20:00-07:00`, `sat-sun` for whole days; a
   * night counts to the day on which it begins. When the hours end nothing more is begun, and what runs has a minute. Default: always.
   */
  hours?: readonly string[];
  /**
   * Programs outside WebAssembly that may run here: executables by a name for people and their SHA-256, container images by
   * their digest (`IMAGE@sha256:…`). Default: none.
   */
  allowNative?: Readonly<Record<string, string>>;
  allowContainers?: readonly string[];
  /** Share of a core that each unit may take, from 0.05 to 1. Default 1. */
  cpuShare?: number;
  /**
   * Most bytes a second of data (inputs, results, programs, checkpoints) sent to others, and fetched from them, all transfers
   * together; from 98,304. Default: no cap. What peers say to each other does not count.
   */
  maxUploadBytesPerSecond?: number;
  maxDownloadBytesPerSecond?: number;
  /** Most disk the store may use, in bytes. */
  quotaBytes?: number;
  /**
   * What it does for jobs of others besides running them: a steward goes on with a job while its requester is away, a
   * keeper holds what was accepted. Default: both with a `dataDir`, neither without, since memory is gone at stop.
   */
  roles?: ('steward' | 'keeper')[];
  /** 32 secret bytes, the same on every peer of whoever runs several: they count once in a quorum, and have one standing. */
  operatorKey?: Uint8Array;
  /**
   * Which peers count once in the quorums of this peer's jobs since they are seen in one block of addresses (/24 of IPv4,
   * /48 of IPv6): those at public addresses (default), those at private ones and the loopback too, or none.
   */
  sameNetwork?: 'public' | 'all' | 'none';
  /** Count what libp2p and the process do, for `figures()`. Default false. */
  countAll?: boolean;
  logger?: Logger;
  /**
   * Called once if the peer had to stop by itself, for example because there is no room on the disk for its journal:
   * code `peer-failed`, with the cause. It has stopped by then, and what waited for it was rejected with the same error.
   */
  onFailure?: (error: ShoalError) => void;
}

/** What a person or a program asks for. */
export interface JobRequest {
  /** A path to a program (.wasm, .js, .ts, …: docs/PROGRAMS.md), its bytes, or the CID of one that the mesh holds. */
  program: string | Uint8Array;
  /** Which engine runs it. Default: by the file's ending; `wasm` for a CID. */
  engine?: string;
  /** Shown in lists. Default: the program's file name. */
  name?: string;
  /** `{input}` stands for the path of the unit's shard. Default: that path alone, when there is a dataset. */
  args?: string[];
  env?: Record<string, string>;
  /** A dataset, by CID or by the name under which this peer or its neighbours advertise it: one unit a shard. */
  on?: string;
  /** Units, when there is no dataset. Default 1. */
  count?: number;
  /** Matching results of distinct peers that make a unit accepted. Default 2. */
  quorum?: number;
  /** Believe peers with a long valid record alone, mostly; check them at random. Default false: every unit gets its quorum. */
  adaptive?: boolean;
  /** Determinism class within which results are compared, for example `wasi2-x64`. Default: that of most known peers. */
  determinismClass?: string;
  /** never: only holders of a shard run its unit. Default allowed. */
  move?: 'allowed' | 'never';
  /** Have each bidder show some blocks of the shards that it says it holds, up to 3 MiB, before it gets a lease. Default false. */
  prove?: boolean;
  /** Label selector, for example `region=eu,tier in (gold,silver)`. */
  where?: string;
  /**
   * Post it though `where` looks like a slip of the pen: a label or value that no known peer has, and one much like it that they
   * have. Default false: that is refused, with `selector-fits-none`. What is like nothing known is never refused, and waits.
   */
  waitForPeers?: boolean;
  /** Ceilings for one unit. */
  memoryBytes?: number;
  wallMs?: number;
  outputBytes?: number;
  /** Most fuel of one unit; see docs/PROGRAMS.md. Default: no such limit. */
  fuel?: number;
  /** Most units that one worker holds at once. Default: as many as its speed suggests. */
  window?: number;
  /** Failing runs of one unit before the unit fails. Default 3. */
  retries?: number;
  priority?: number;
  /** Whether running units are saved now and then. Default `auto`: where a unit may run so long that it is worth it. */
  checkpoint?: 'auto' | 'always' | 'never';
  /** Peers that go on awarding and verifying while this one is away, 0 to 7. Default 2; fewer where fewer are willing. */
  stewards?: number;
  /** Peers that keep accepted results, 0 to 7. Default 2. */
  keepers?: number;
  /**
   * Whether results are sealed, so that this peer alone, and the worker that made them, can read them. Default `auto`: where
   * stewards or keepers are asked for, who would hold them.
   */
  seal?: 'auto' | 'always' | 'never';
  /** The job fails when it is not done by then, from now. */
  deadlineMs?: number;
}

/** Result of one accepted unit. */
export interface UnitResult {
  unit: number;
  /** Name of the shard, where there is one. */
  shard?: string;
  stdout: Uint8Array;
  /** stdout as UTF-8. */
  text: string;
  files: { path: string; bytes: number; read(): Promise<Uint8Array> }[];
  /** Who agreed on it. */
  workers: PeerId[];
  cid: Cid;
}

export interface JobTrace {
  /** In the order of time; each time is by the clock of the peer that states it. */
  events: TraceEvent[];
  /** Events in the middle that were left out. */
  omitted: number;
}

export interface Job {
  readonly id: Cid;
  view(): JobView;
  units(): UnitView[];
  /** How it went: from its ledger, and from what this peer remembers since it started. */
  trace(): JobTrace;
  /** Accepted results, those already there first; ends when the job does. Throws `job-failed` or `job-cancelled`. */
  results(options?: { signal?: AbortSignal }): AsyncIterable<UnitResult>;
  /** Resolves when the job is done, failed or cancelled. */
  wait(options?: { signal?: AbortSignal }): Promise<JobView>;
  /** Views as the job moves, the present one first; ends with the job. Slow readers miss views, never the last. */
  watch(options?: { signal?: AbortSignal }): AsyncIterable<JobView>;
  /** Standard error of its units, as far as workers sent it. */
  logs(unit?: number): { unit: number; peer: PeerId; text: string }[];
  cancel(why?: string): Promise<void>;
}

export interface DatasetView {
  cid: Cid;
  name: string;
  shards: number;
  /** Shards that are here. */
  here: number;
  bytes: number;
  bytesHere: number;
}

export interface PeerData {
  /**
   * Adds a file or a folder (its files become shards), announces it, and pins it.
   * With `only`, every file is hashed but just those are kept: the dataset's CID is the same everywhere.
   */
  add(path: string, options?: { name?: string; only?: string[]; signal?: AbortSignal; onProgress?: (bytes: number) => void }): Promise<DatasetView>;
  list(): Promise<DatasetView[]>;
  /** Fetches what is missing from whoever holds it and writes it to a path. */
  get(cid: string, to: string, options?: { signal?: AbortSignal; onProgress?: (bytes: number) => void }): Promise<{ bytes: number }>;
  remove(cid: string): Promise<{ freedBytes: number }>;
}

export interface KnownPeer {
  peer: PeerId;
  connected: boolean;
  /** How it is connected. */
  way?: 'direct' | 'relayed';
  addresses: string[];
  /** From its last advert. */
  slots: number;
  free: number;
  engines: string[];
  isolation: string;
  labels: Record<string, string>;
  datasets: { cid: Cid; name: string; here: number; shards: number }[];
  /** In a private mesh: what its authority lets it be, until when. */
  member?: { roles: string[]; until: number };
  /** Milliseconds since its advert came. */
  ageMs: number;
}

export interface LinkView extends Omit<ConnectionInfo, 'direction'> {
  /** direct, or by way of a relay. */
  way: 'direct' | 'relayed';
  direction: 'inbound' | 'outbound';
}

/** As its owner gave it; what he did not give is absent. */
export interface PolicyView extends Pick<PeerOptions, 'allowRequesters' | 'denyRequesters' | 'allowPrograms' | 'denyPrograms' | 'hours'> {
  /** Whether it works for others at this hour, and when that changes. */
  open: boolean;
  changesAt?: number;
}

export interface PeerStatus {
  peer: PeerId;
  mesh: string;
  dataDir?: string;
  addresses: string[];
  ready: boolean;
  readyAfterMs?: number;
  joining: JoinState;
  neighbours: number;
  knownPeers: number;
  slots: number;
  running: number;
  /** Strength of the sandbox's walls: full, partial or process. */
  isolation: string;
  /** The weakest walls behind which programs of others run here. */
  minIsolation?: string;
  /** Whose peer it is, as an id for lists of requesters: of those with an operator's key. */
  operator?: PeerId;
  /** What its owner set of whom it serves, with what, and when. */
  policy: PolicyView;
  /** What a slot burns in a second, as measured; 0 when it is not known yet. */
  fuelPerSecond?: number;
  /** Units being run now, whoever asked. */
  work: { job: Cid; unit: number; requester: PeerId; sinceMs: number }[];
  /** Open jobs of its own, and jobs of others that are entrusted to it. */
  jobs: { open: number; entrusted: number };
  bytesSent: number;
  bytesReceived: number;
  /** What its owner allows of data each way. */
  caps: { uploadBytesPerSecond?: number; downloadBytesPerSecond?: number };
  /** Connections that it has tried to make since it started. */
  dials: number;
  storedBytes: number;
  /** Whether others can dial this peer, and by whom they reach it otherwise. */
  reach: ReachStatus;
  /** Who it is connected to, and how. */
  links: LinkView[];
  startedAt: number;
}

/** What a private mesh's authority lets this peer be. */
export interface MembershipView {
  mesh: string;
  roles: string[];
  /** Labels that the authority vouches for; selectors ask for `attested/NAME`. */
  labels: Record<string, string>;
  until: number;
  revoked: { seq: number; peers: PeerId[]; invitations: string[] };
}

/** What a requester confirmed that a worker did for a job. */
export interface ReceiptView {
  job: Cid;
  /** Who signed it: the job's requester, or a steward in its name. */
  requester: PeerId;
  worker: PeerId;
  units: number;
  fuel: number;
  /** The fuel, and more for having been quick. */
  credit: number;
  elapsedMs: number;
  at: number;
  /** Signed by the worker too. */
  countersigned: boolean;
}

/** A peer of the mesh: requester, worker and holder of data in one. */
export interface Peer extends AsyncDisposable {
  readonly id: PeerId;
  readonly data: PeerData;
  status(): Promise<PeerStatus>;
  /** Of a private mesh; undefined in a public one. */
  membership(): MembershipView | undefined;
  /** Takes a list of revocations of this mesh's authority, obeys it and tells everybody: true where it was newer. Fails with `membership-none` in a public mesh. */
  revoke(list: Uint8Array): Promise<boolean>;
  /** Multiaddrs that others can dial, each ending in this peer's id. */
  addresses(): string[];
  /** Resolves when the floor of neighbours holds, or there is nobody else to be found. */
  ready(options?: { signal?: AbortSignal }): Promise<void>;
  peers(): KnownPeer[];
  /** Everything counted, in Prometheus's text format; empty without `countAll`. */
  figures(): Promise<string>;
  /**
   * Posts a job; on return it is in the journal. Holders of a dataset or program that is not here are waited for,
   * 15 s at most: then `transfer-no-holder`, or after 3 s `dataset-unknown` for a name that nobody advertises.
   */
  submit(request: JobRequest, options?: { signal?: AbortSignal }): Promise<Job>;
  /** Newest first. */
  jobs(options?: { limit?: number }): JobSummary[];
  /** Jobs of others that are entrusted to this peer, as their steward or keeper. */
  entrusted(): EntrustedView[];
  /** Receipts for this peer's own work, and the same as a document that anybody can check with `verifyReceipts`. */
  credit(): { receipts: ReceiptView[]; export(): string };
  /** By id, or by its unambiguous beginning or end; fails with `job-unknown`. */
  job(id: string): Job;
  /** Saves running units, as far as that can be done in three seconds, and makes all stand still: nothing is lost, and no limit of time runs. */
  pause(): Promise<void>;
  proceed(): void;
  stop(): Promise<void>;
}
