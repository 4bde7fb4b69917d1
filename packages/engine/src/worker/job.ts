import type { Cid, PeerId } from '@shoal/runtime';
import type { Entry, JobSpec } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';

/** An answer to an offer that was not decided yet. Holds nothing but memory; forgotten when it expires. */
export interface Bidding {
  job: Cid;
  requester: PeerId;
  /** Who asked, with the delegation by which it may: a steward, or the requester itself. */
  to: PeerId;
  delegated: Entry | undefined;
  posted: Entry;
  bid: Entry;
  until: number;
}

/** A result that was bound to by a commitment, until the requester has settled the unit. */
export interface DoneUnit {
  result: Cid;
  document: Uint8Array;
}

/** A unit that is begun here. */
export interface WorkedRun {
  startedAt: number;
  progressAt: number;
  partialAt: number;
  /** Units that were begun here then, with this one. */
  beside: number;
  /** It was told to save itself and end. */
  halted?: boolean;
}

/** A job of which this peer holds a lease. */
export interface WorkedJob {
  readonly job: Cid;
  readonly requester: PeerId;
  /** Who acts for it, as far as we know: the requester, or a steward of it. */
  reportsTo: PeerId;
  /** Until when that was said to hold: nobody who comes after takes us over before. */
  claimUntil: number;
  readonly spec: JobSpec;
  readonly ledger: JobLedger;
  readonly lease: string;
  readonly timerKey: string;
  until: number;
  /** Assigned, in order, not begun. */
  queue: number[];
  running: Map<number, WorkedRun>;
  done: Map<number, DoneUnit>;
  /** Assigned units that somebody else began, with the checkpoint to go on from. */
  resumes: Map<number, Cid>;
  /** Smoothed duration of a unit here; undefined before the first. */
  meanMs: number | undefined;
  /** When a unit of it was begun last: whoever waits longest is next. */
  servedAt: number;
  /** The next report tells the requester to forget what it does not list. */
  reset: boolean;
  /** Units that were asked for and have not come: whoever was asked remembers it. */
  asked: number;
  /** The requester was told that slots are idle, and has given nothing since. */
  saidIdle: boolean;
  /** Its runs were told to save themselves and end: what they saved can be had from here for a moment. */
  isHalting: boolean;
  /** Whether the requester should hear from us when this burst ends. */
  report: 'no' | 'if-wanting' | 'now';
}

const timerPrefix = 'work:';

export function createWorkedJob(ledger: JobLedger, lease: { lease: string; until: number; by?: PeerId }): WorkedJob | undefined {
  const { posted, job } = ledger;
  if (posted === undefined) return undefined;
  return {
    job,
    requester: posted.requester,
    reportsTo: lease.by ?? posted.requester,
    claimUntil: 0,
    spec: posted.spec,
    ledger,
    lease: lease.lease,
    timerKey: `${timerPrefix}${job}`,
    until: lease.until,
    queue: [],
    running: new Map(),
    done: new Map(),
    resumes: new Map(),
    meanMs: undefined,
    servedAt: 0,
    reset: false,
    asked: 0,
    saidIdle: false,
    isHalting: false,
    report: 'now',
  };
}

/** The job of a timer, if it is one of a worker's. */
export function workedJobOfTimer(jobs: ReadonlyMap<Cid, WorkedJob>, key: string): WorkedJob | undefined {
  return key.startsWith(timerPrefix) ? jobs.get(key.slice(timerPrefix.length) as Cid) : undefined;
}
