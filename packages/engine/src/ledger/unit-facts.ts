import type { Cid, PeerId } from '@shoal/runtime';
import type { Reason } from '@shoal/protocol';

/** What a worker showed: counts as a vote only with the commitment that it matches. */
export interface Revealed {
  result: Cid;
  document: Uint8Array;
  /** Hex of the commitment that this would open. */
  opens: string;
}

export interface Failure {
  reason: Reason;
  deterministic: boolean;
  at: number;
}

/** All that was said about one unit. Only sets and maps that grow, so that the order of saying cannot matter. */
export interface UnitFacts {
  /** Whether that peer ever got a lease, and judges nothing itself: nobody else's word on a unit counts. */
  isVoter: (peer: PeerId) => boolean;
  /** Hex of commitments, by worker. More than one is an equivocation. */
  commitments: Map<PeerId, Set<string>>;
  /** By worker, then by opened commitment. */
  revealed: Map<PeerId, Map<string, Revealed>>;
  /** By worker, then by the entry that said so. */
  failures: Map<PeerId, Map<Cid, Failure>>;
  /** By result; two of them, whoever said so, are visible as two. */
  accepted: Map<Cid, Set<PeerId>>;
  /** Who accepted it: the requester, or stewards. */
  acceptedBy: Map<Cid, Set<PeerId>>;
  /** By entry. */
  abandoned: Map<Cid, { reason: Reason; by: PeerId }>;
}

export function emptyUnit(isVoter: UnitFacts['isVoter']): UnitFacts {
  return { isVoter, commitments: new Map(), revealed: new Map(), failures: new Map(), accepted: new Map(), acceptedBy: new Map(), abandoned: new Map() };
}

/** What became of a unit, by its requester's word where there is one, else by that of stewards. */
export function settlementOf(facts: UnitFacts, requester: PeerId): 'accepted' | 'abandoned' | undefined {
  const gaveUp = [...facts.abandoned.values()].map(({ by }) => by);
  const accepted = [...facts.acceptedBy.values()];
  if (gaveUp.includes(requester)) return 'abandoned';
  if (accepted.some((by) => by.has(requester))) return 'accepted';
  if (gaveUp.length > 0) return 'abandoned';
  return accepted.length > 0 ? 'accepted' : undefined;
}

/** The result that was accepted: the requester's choice where it made one. Undefined where there is none, or several stand against each other. */
export function acceptedResult(facts: UnitFacts, requester: PeerId): { result: Cid; workers: ReadonlySet<PeerId> } | undefined {
  const chosen = [...facts.accepted].filter(([result]) => facts.acceptedBy.get(result)?.has(requester) === true);
  const [only, ...others] = chosen.length > 0 ? chosen : facts.accepted;
  return only === undefined || others.length > 0 ? undefined : { result: only[0], workers: only[1] };
}

/**
 * The results that count: one a worker, shown after being committed to. A worker that committed to several
 * different things has no vote at all, and neither has one that never had a lease.
 * @param needsCommitment false where the quorum is one: there is nobody to copy from.
 */
export function votesOf(facts: UnitFacts, needsCommitment: boolean): Map<PeerId, Cid> {
  const votes = new Map<PeerId, Cid>();
  for (const [worker, shown] of facts.revealed) {
    if (!facts.isVoter(worker)) continue;
    const commitments = facts.commitments.get(worker);
    if (commitments !== undefined && commitments.size > 1) continue;
    const results = new Set<Cid>();
    for (const [opens, revealed] of shown) {
      if (!needsCommitment || commitments?.has(opens) === true) results.add(revealed.result);
    }
    const [result] = results;
    if (results.size === 1 && result !== undefined) votes.set(worker, result);
  }
  return votes;
}

/** Workers whose commitment stands, shown or not. */
export function committersOf(facts: UnitFacts): PeerId[] {
  return [...facts.commitments].filter(([worker, commitments]) => commitments.size === 1 && facts.isVoter(worker)).map(([worker]) => worker);
}

/** Failures that workers reported, each worker's by itself. */
export function failuresOf(facts: UnitFacts): Failure[][] {
  return [...facts.failures].filter(([worker]) => facts.isVoter(worker)).map(([, failures]) => [...failures.values()]);
}

/** The document of a result, from whoever showed it. */
export function documentOf(facts: UnitFacts, result: Cid): Uint8Array | undefined {
  for (const shown of facts.revealed.values()) {
    for (const revealed of shown.values()) if (revealed.result === result) return revealed.document;
  }
  return undefined;
}
