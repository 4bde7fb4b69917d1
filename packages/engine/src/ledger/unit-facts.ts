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
  /** Whether the requester ever gave that peer a lease: nobody else's word on a unit counts. */
  isWorker: (peer: PeerId) => boolean;
  /** Hex of commitments, by worker. More than one is an equivocation. */
  commitments: Map<PeerId, Set<string>>;
  /** By worker, then by opened commitment. */
  revealed: Map<PeerId, Map<string, Revealed>>;
  /** By worker, then by the entry that said so. */
  failures: Map<PeerId, Map<Cid, Failure>>;
  /** By result; the requester saying two is visible as two. */
  accepted: Map<Cid, Set<PeerId>>;
  abandoned: Map<Cid, Reason>;
}

export function emptyUnit(isWorker: UnitFacts['isWorker']): UnitFacts {
  return { isWorker, commitments: new Map(), revealed: new Map(), failures: new Map(), accepted: new Map(), abandoned: new Map() };
}

/**
 * The results that count: one a worker, shown after being committed to. A worker that committed to several
 * different things has no vote at all, and neither has one that never had a lease.
 * @param needsCommitment false where the quorum is one: there is nobody to copy from.
 */
export function votesOf(facts: UnitFacts, needsCommitment: boolean): Map<PeerId, Cid> {
  const votes = new Map<PeerId, Cid>();
  for (const [worker, shown] of facts.revealed) {
    if (!facts.isWorker(worker)) continue;
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
  return [...facts.commitments].filter(([worker, commitments]) => commitments.size === 1 && facts.isWorker(worker)).map(([worker]) => worker);
}

/** Failures that workers reported, each worker's by itself. */
export function failuresOf(facts: UnitFacts): Failure[][] {
  return [...facts.failures].filter(([worker]) => facts.isWorker(worker)).map(([, failures]) => [...failures.values()]);
}

/** The document of a result, from whoever showed it. */
export function documentOf(facts: UnitFacts, result: Cid): Uint8Array | undefined {
  for (const shown of facts.revealed.values()) {
    for (const revealed of shown.values()) if (revealed.result === result) return revealed.document;
  }
  return undefined;
}
