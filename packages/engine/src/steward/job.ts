import type { Cid, PeerId } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import type { Linked } from '../effects.ts';
import type { JobLedger } from '../ledger/ledger.ts';

/** A job of somebody else whose ledger this peer holds, as its steward, its keeper, or both. */
export interface StewardedJob {
  readonly job: Cid;
  readonly requester: PeerId;
  readonly spec: JobSpec;
  readonly ledger: JobLedger;
  readonly timerKey: string;
  /** Until when the word holds of the requester, or of a steward before us, that it acts. */
  actsUntil: number;
  /** When the requester was heard of last. */
  requesterAt: number;
  /** When to ask it what became of the job, and how often that was done since somebody was heard of. */
  askAt: number;
  asked: number;
  /** We brought it to its end, or the ledger says that somebody did: what is left is to hand it over. */
  isOver: boolean;
  /** Accepted units whose linked outputs are on their way here: failed attempts, and when to try again; under way without that. */
  fetching: Map<number, { failures: number; retryAt: number | undefined; roots: Linked[] }>;
  /** Units whose outputs are here. */
  here: Set<number>;
  /** For what of it room was taken on the disk, and how much in all. */
  counted: Set<number | 'program'>;
  keptBytes: number;
}

const timerPrefix = 'steward:';

export function createStewardedJob(ledger: JobLedger, now: number, actsUntil: number): StewardedJob | undefined {
  const { posted, job } = ledger;
  if (posted === undefined) return undefined;
  return {
    job,
    requester: posted.requester,
    spec: posted.spec,
    ledger,
    timerKey: `${timerPrefix}${job}`,
    actsUntil,
    requesterAt: now,
    askAt: now,
    asked: 0,
    isOver: false,
    fetching: new Map(),
    here: new Set(),
    counted: new Set(),
    keptBytes: 0,
  };
}

/** The job of a timer, if it is one of a steward's. */
export function stewardedJobOfTimer(jobs: ReadonlyMap<Cid, StewardedJob>, key: string): StewardedJob | undefined {
  return key.startsWith(timerPrefix) ? jobs.get(key.slice(timerPrefix.length) as Cid) : undefined;
}

/** Whether `peer` goes before `other` where both act: the requester first, then its stewards in their order. */
export function goesBefore({ posted, delegations }: JobLedger, peer: PeerId, other: PeerId): boolean {
  const placeOf = (of: PeerId): number => {
    if (of === posted?.requester) return -1;
    const rank = delegations.rankOf(of);
    return rank < 0 ? Number.POSITIVE_INFINITY : rank;
  };
  return placeOf(peer) < placeOf(other);
}
