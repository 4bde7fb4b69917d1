import type { Cid, PeerId } from '@shoal/runtime';
import { unitCount, type Entry, type JobSpec, type Reason } from '@shoal/protocol';
import type { JobLedger } from '../ledger/ledger.ts';
import type { Accepted } from './accepted.ts';
import { noBeliefs, type Beliefs } from './beliefs.ts';
import { newCensus, type Census } from './census.ts';
import { invite, type Runners } from './runners.ts';
import { newSearch, type Search } from './search.ts';

/** A peer that was, or may be, asked to work on a job. */
export interface Candidate {
  peer: PeerId;
  state: 'asked' | 'bid' | 'declined' | 'silent' | 'leased' | 'released';
  askedAt: number;
  /** When it declined, or was taken for silent. */
  refusedAt?: number;
  /** Silences and declines in a row. */
  refusals: number;
  /** Not asked again before. */
  retryAt: number;
  reasons: Reason[];
  /** What it bid last, with the entry that says so: in the ledger once it is awarded, and not before. */
  bid: { holds: Uint8Array; until: number; entry: Entry } | undefined;
  /** Where the job wants proof: for which claims it was asked, and whether it came. */
  proof?: { holds: Uint8Array; isShown: boolean; askedAt: number } | undefined;
}

/** A worker's standing permission to pull units of this job. */
export interface Lease {
  lease: string;
  worker: PeerId;
  holds: Uint8Array;
  until: number;
  leasedAt: number;
  /** Units given and not heard of since, with when they were given, or were last reported as waiting for a slot. */
  assigned: Map<number, number>;
  /** How many more units it would take now. */
  want: number;
  /** Slots of its worker that had nothing to do when it last reported. */
  idle: number;
  /** Of those assigned, what it had but had not begun then, in its order, and since when it says so. */
  waiting: Map<number, number>;
  /** Where the first sweep through the units stands (inputs held), and the second (the others). */
  heldCursor: number;
  otherCursor: number;
  heardAt: number;
  /** When its worker was told of it, and whether it has pulled since: then it knows. */
  toldAt: number;
  confirmed: boolean;
  /** Given before it was asked for: its worker has not answered yet. */
  isAhead: boolean;
  /** Its worker said that no slot is free, when it was given ahead: others are asked as well. */
  isBusy: boolean;
  /** Silent for too long: its units went to others. It is welcome back. */
  lost: boolean;
  /** Since its connection broke. */
  cutOffAt: number | undefined;
  toAssign: number[];
  toDrop: number[];
  /** Given to others that were idle: to be forgotten unless begun. */
  toSpare: number[];
  toReveal: Set<number>;
  /** Reveals that were asked for and have not come, with when they were asked for. */
  revealing: Map<number, number>;
  /** When units last failed there, as this peer heard of it. */
  failedAt: Map<number, number>;
  /** Units that it had committed to, could not show, and got once more. */
  again: Set<number>;
  /** The first unit to which it committed. */
  firstUnit: number | undefined;
  /** Units that it was asked to show and has not, in time or at all. */
  unshown: Set<number>;
  /** Runs that failed there by chance since it last ended one, and until when it gets nothing for that. */
  failuresInRow: number;
  avoidedUntil: number;
  counts: { committed: number; accepted: number; failed: number };
}

export type Settlement = 'open' | 'accepted' | 'abandoned';

/** A unit as its worker saved it. */
export interface Saved {
  checkpoint: Cid;
  fuel: number;
  bytes: number;
  by: PeerId;
}

/** Outputs of a result that are on their way here. */
export interface Fetching {
  result: Cid;
  /** How many peers had shown the result when it was last asked for: one more is another place to get them from. */
  holders: number;
  /** Tries in all: of copies that differ for each worker (sealed ones), each is another one's. */
  attempts: number;
  /** Tries that failed since the last peer that showed the result. */
  failures: number;
  /** When to try again; on their way without it. */
  retryAt: number | undefined;
  /** Nobody gives them: somebody else has to run the unit. */
  isMissing: boolean;
  /** This peer has no room for them, and why. */
  noRoom: string | undefined;
}

/** What whoever acts for a job knows of its stewards and keepers. */
export interface Trust {
  /** When to say next that it acts, to look for stewards, to pass on news. */
  beatAt: number;
  chooseAt: number;
  shareAt: number;
  /** By peer: when it was heard of last, and whether it has taken the job up. */
  peers: Map<PeerId, { heardAt: number; knows: boolean }>;
  /** Who refused, with why, and until when it is not asked again. */
  refused: Map<PeerId, { until: number; reason: Reason }>;
}

/** A job that this peer posted, or for which it acts as its steward. */
export interface RequestedJob {
  readonly job: Cid;
  readonly authority: 'requester' | 'steward';
  /** The steward that acts, whose own results count no more: known here before the ledger can tell. */
  judge: PeerId | undefined;
  readonly requester: PeerId;
  readonly trust: Trust;
  /** Before then nothing is given out: it is about to hear what happened meanwhile. */
  quietUntil: number;
  readonly spec: JobSpec;
  readonly ledger: JobLedger;
  readonly units: number;
  readonly postedAt: number;
  readonly timerKey: string;
  candidates: Map<PeerId, Candidate>;
  leases: Map<string, Lease>;
  /** Leases that run a unit now, by unit. */
  active: Map<number, Set<Lease>>;
  settled: Map<number, Settlement>;
  /** The same in the order in which they were settled: readers go on where they stood. */
  settledOrder: number[];
  /** Failed runs by unit and cause, of those that were asked for: what a worker says beyond that does not count. */
  strikes: Map<number, Map<string, number>>;
  /** Whose results of which units say something about them. */
  readonly runners: Runners;
  /** What this burst accepts: in the ledger once that ends. */
  readonly accepting: Map<number, Accepted>;
  /** Where one peer's word is to be enough. */
  readonly beliefs: Beliefs;
  /** Units whose results differ so far, and who showed them. */
  disputes: Map<number, PeerId[]>;
  /** Units accepted on one peer's word to which a late result does not agree: somebody else runs them once more. */
  audits: Set<number>;
  /** Units that need another run than the sweeps gave them. */
  returned: Set<number>;
  /** Units all of whose runs are overdue: given once more when nothing else is left to give. */
  overdue: Set<number>;
  /** Smoothed time from assignment to result; undefined before the first. */
  meanRunMs: number | undefined;
  /** Bitmaps of what peers hold that may still bid; as of this burst. */
  awaited: Uint8Array[];
  /** Units that wait for a holder of their input to come free. */
  deferred: Set<number>;
  /** Units that are agreed on, and whose linked outputs are on their way here. */
  fetching: Map<number, Fetching>;
  /** Units given up because the program fails on them everywhere, and what the last one said. */
  hopeless: { units: number; text: string };
  /** Where unsettled units stand by what their workers saved: what is here, and what is on its way. */
  checkpoints: Map<number, { here?: Saved | undefined; coming?: Saved | undefined }>;
  /** Why its units cannot be saved, by the word of a worker. */
  unmovable: Reason | undefined;
  progress: Map<number, { fraction: number; text: string }>;
  /** What units at work have found so far, by the word of one worker each. */
  partials: Map<number, { peer: PeerId; text: string }>;
  /** Units given to workers, for whoever asks how the job went: the first ones, and decisions need none of it. */
  given: { groups: { at: number; worker: PeerId; units: number[] }[]; units: number };
  census: Census;
  /** Bytes of log taken so far. */
  logBytes: number;
  search: Search;
  /** How often its offer was gossiped, and when last. */
  gossip: { times: number; lastAt: number };
  finishedAt: number | undefined;
  outcome: 'open' | 'done' | 'failed' | 'cancelled';
  /** Why it was cancelled, or failed as a whole: known here a moment before it is in the ledger. */
  reason: Reason | undefined;
}

const timerPrefix = 'job:';

export function createRequestedJob(ledger: JobLedger, authority: RequestedJob['authority'] = 'requester'): RequestedJob | undefined {
  const { posted, job } = ledger;
  if (posted === undefined) return undefined;
  return {
    job,
    authority,
    judge: undefined,
    requester: posted.requester,
    trust: { beatAt: 0, chooseAt: 0, shareAt: 0, peers: new Map(), refused: new Map() },
    quietUntil: 0,
    spec: posted.spec,
    ledger,
    units: unitCount(posted.spec),
    postedAt: posted.at,
    timerKey: `${timerPrefix}${job}`,
    candidates: new Map(),
    leases: new Map(),
    active: new Map(),
    settled: new Map(),
    settledOrder: [],
    strikes: new Map(),
    runners: new Map(),
    accepting: new Map(),
    beliefs: noBeliefs(),
    disputes: new Map(),
    audits: new Set(),
    returned: new Set(),
    overdue: new Set(),
    meanRunMs: undefined,
    awaited: [],
    deferred: new Set(),
    fetching: new Map(),
    hopeless: { units: 0, text: '' },
    checkpoints: new Map(),
    unmovable: undefined,
    progress: new Map(),
    partials: new Map(),
    given: { groups: [], units: 0 },
    census: newCensus(),
    logBytes: 0,
    search: newSearch(posted.at),
    gossip: { times: 0, lastAt: 0 },
    finishedAt: undefined,
    outcome: 'open',
    reason: undefined,
  };
}

/** The job of a timer, if it is one of a requester's. */
export function requestedJobOfTimer(jobs: ReadonlyMap<Cid, RequestedJob>, key: string): RequestedJob | undefined {
  return key.startsWith(timerPrefix) ? jobs.get(key.slice(timerPrefix.length) as Cid) : undefined;
}

/** Leases whose workers are heard of. */
export function liveLeases(job: RequestedJob): Lease[] {
  return [...job.leases.values()].filter((lease) => !lease.lost);
}

export function leaseOf(job: RequestedJob, worker: PeerId): Lease | undefined {
  for (const lease of job.leases.values()) if (lease.worker === worker) return lease;
  return undefined;
}

export function openUnits(job: RequestedJob): number {
  return job.units - job.settled.size;
}

/** Peers to whom news of the job go. */
export function workersOf(job: RequestedJob): PeerId[] {
  return [...job.leases.values()].map((lease) => lease.worker);
}

/** Most peers that a job remembers; of those that hold no lease the first ones are forgotten. */
const maxCandidates = 4_096;

export function candidateOf(job: RequestedJob, peer: PeerId): Candidate {
  let candidate = job.candidates.get(peer);
  if (candidate === undefined) {
    if (job.candidates.size >= maxCandidates) {
      const idle = job.candidates.values().find(({ state }) => state !== 'leased' && state !== 'asked');
      if (idle !== undefined) job.candidates.delete(idle.peer);
    }
    candidate = { peer, state: 'asked', askedAt: 0, refusals: 0, retryAt: 0, reasons: [], bid: undefined };
    job.candidates.set(peer, candidate);
  }
  return candidate;
}

/** Units given that a job remembers. */
const maxGivenUnits = 16_384;

/** Notes that a worker runs a unit from now on. */
export function give(job: RequestedJob, lease: Lease, unit: number, now: number): void {
  lease.assigned.set(unit, now);
  remember(job, lease.worker, unit, now);
  invite(job, unit, lease.worker);
  if (job.ledger.units.get(unit)?.commitments.has(lease.worker) === true) lease.again.add(unit);
  job.active.set(unit, (job.active.get(unit) ?? new Set()).add(lease));
}

function remember({ given }: RequestedJob, worker: PeerId, unit: number, at: number): void {
  if (given.units >= maxGivenUnits) return;
  given.units += 1;
  const last = given.groups.at(-1);
  if (last?.at === at && last.worker === worker) last.units.push(unit);
  else given.groups.push({ at, worker, units: [unit] });
}
