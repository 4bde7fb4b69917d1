import type { Cid, PeerId } from '@shoal/runtime';
import type { Reason } from '@shoal/protocol';

export type JobState = 'open' | 'done' | 'failed' | 'cancelled';
export type UnitState = 'waiting' | 'running' | 'committed' | 'accepted' | 'disputed' | 'abandoned';

export interface UnitView {
  unit: number;
  shard?: string;
  state: UnitState;
  /** Peers that run it now. */
  running: PeerId[];
  /** Peers that committed a result. */
  committed: PeerId[];
  /** Peers whose result was accepted. */
  workers: PeerId[];
  failures: { peer: PeerId; reason: Reason }[];
  result?: Cid;
  /** What its program last said of itself, while it runs. */
  progress?: { fraction: number; text: string };
  /** What it has found so far, as one worker's run of its program says; nobody has verified it. */
  partial?: { peer: PeerId; text: string };
  /** Why it waits or was abandoned. */
  reason?: Reason;
}

export interface WorkerView {
  peer: PeerId;
  /** lost: not heard of within its lease's term. */
  state: 'asked' | 'bid' | 'declined' | 'leased' | 'lost' | 'released';
  running: number[];
  committed: number;
  accepted: number;
  failed: number;
  /** Of a decline or a loss. */
  reasons: Reason[];
}

/** A job in a list. */
export interface JobSummary {
  id: Cid;
  name: string;
  state: JobState;
  units: number;
  accepted: number;
  abandoned: number;
  createdAt: number;
  finishedAt?: number;
  /** Why it was cancelled, or failed as a whole. */
  reason?: Reason;
}

/** To whom a job is entrusted. */
export interface StewardshipView {
  /** How many the job asks for. */
  asked: { stewards: number; keepers: number };
  /** Who acts while the requester is away, the first one first; there: it was heard of a moment ago. */
  stewards: { peer: PeerId; there: boolean }[];
  /** Who holds accepted results, with the number of units whose linked outputs it said to have on its disk. */
  keepers: { peer: PeerId; there: boolean; kept: number }[];
  /** Stewards that acted so far. */
  acted: PeerId[];
  /** Why there are fewer than asked for. */
  reasons: Reason[];
}

/** A job of somebody else that is in this peer's hands. */
export interface EntrustedView {
  id: Cid;
  name: string;
  requester: PeerId;
  units: number;
  settled: number;
  /** Its place among the stewards, the first one 0; absent where it only keeps. */
  rank?: number;
  keeps: boolean;
  /** Whether it acts for its requester now. */
  acts: boolean;
  /** Everything is done and here, and waits for its requester. */
  isOver: boolean;
  keptBytes: number;
}

/** All that a person may want to know of a job. */
export interface JobView extends JobSummary {
  quorum: number;
  /** Within which results are compared; absent where one is enough. */
  determinismClass?: string;
  requester: PeerId;
  /** Units with at least one peer at work. */
  running: number;
  /** Part of the work that is done, from 0 to 1, where programs tell: accepted units, and what those at work said last. */
  fraction?: number;
  /** Why its running units cannot be saved, and begin anew when they are interrupted. */
  unmovable?: Reason;
  /** Runs that ended with a committed result. */
  executions: number;
  /** Runs that ended with a failure. */
  failures: number;
  /** Bids received. */
  bids: number;
  /** Bytes of input read by committed runs, where they lay. */
  bytesProcessed: number;
  workers: WorkerView[];
  /** Its results are sealed: stewards and keepers cannot read them. */
  sealed?: true;
  /** Absent where the job asks for nobody. */
  stewardship?: StewardshipView;
  /** What the job waits for, if it does not move. */
  waiting: Reason[];
}

/** Something that happened in a job. */
export interface TraceEvent {
  /** Milliseconds since 1970, by the clock of `by`. */
  at: number;
  /** Who did it, or stated it. */
  by: PeerId;
  what:
    | 'posted' | 'asked' | 'bid' | 'declined' | 'silent' | 'leased' | 'released' | 'assigned' | 'committed' | 'revealed' | 'failed' | 'accepted'
    | 'abandoned' | 'cancelled' | 'receipt' | 'countersigned' | 'entrusted' | 'kept'
    /** Linked outputs came here, from `peers`. */
    | 'fetched';
  /** Whom it concerns. */
  peers?: PeerId[];
  /** Of `entrusted`; `peers` are the stewards. */
  keepers?: PeerId[];
  units?: number[];
  /** Of `bid`: units that it would hold at once. */
  slots?: number;
  /** Of `revealed`: what the result documents take; of `fetched`: what came over the network. */
  bytes?: number;
  reason?: Reason;
}
