import { encodeValue } from '@shoal/protocol';
import type { JobLedger } from './ledger.ts';
import type { UnitFacts } from './unit-facts.ts';

/**
 * A ledger's state in canonical bytes: equal exactly where the states are, whatever the order in which the
 * entries came. Begins with the fingerprint of the set of entries.
 */
export function snapshotOf(ledger: JobLedger): Uint8Array {
  const { posted, ids, delegations } = ledger;
  const { current } = delegations;
  return encodeValue({
    job: ledger.job,
    entries: ids.fingerprint(0, ids.size),
    posted: posted === undefined ? null : { requester: posted.requester, at: posted.at, mesh: posted.mesh },
    leases: inOrder(ledger.leases, ({ lease, worker, until }) => ({ lease, worker, until })),
    released: inOrder(ledger.released, (reason) => reason),
    bids: inOrder(ledger.bids, (bid) => bid.id),
    units: [...ledger.units]
      .sort(([a], [b]) => a - b)
      .map(([unit, facts]) => ({ unit, ...unitState(facts) })),
    delegated: current === undefined ? null : { term: current.term, stewards: [...current.stewards], keepers: [...current.keepers], entry: current.entry.id },
    stewards: [...delegations.stewards].sort(),
    keepers: [...delegations.keepers].sort(),
    acted: [...delegations.acted].sort(),
    origins: inOrder(ledger.origins, (origins) => [...origins].sort()),
    kept: [...ledger.kept].sort(([a], [b]) => a - b).map(([unit, kept]) => [unit, inOrder(kept, (results) => [...results].sort())]),
    keptSealed: inOrder(ledger.keptSealed, (keepers) => [...keepers].sort()),
    cancelled: inOrder(ledger.cancelled, (reason) => reason),
    receipts: inOrder(ledger.receipts, ({ id, worker, units, fuel, credit, elapsedMs }) => ({ id, worker, units, fuel, credit, elapsedMs })),
    countersigned: inOrder(ledger.countersigned, (workers) => [...workers].sort()),
  });
}

function unitState(facts: UnitFacts): Record<string, unknown> {
  return {
    commitments: inOrder(facts.commitments, (all) => [...all].sort()),
    revealed: inOrder(facts.revealed, (shown) => inOrder(shown, ({ result, document }) => [result, document])),
    failures: inOrder(facts.failures, (all) => inOrder(all, ({ reason, deterministic, at }) => ({ reason, deterministic, at }))),
    accepted: inOrder(facts.accepted, (workers) => [...workers].sort()),
    acceptedBy: inOrder(facts.acceptedBy, (by) => [...by].sort()),
    abandoned: inOrder(facts.abandoned, (of) => of),
  };
}

/** The pairs of a map by their keys, so that the order of insertion cannot show. */
function inOrder<V>(map: ReadonlyMap<string, V>, value: (of: V) => unknown): [key: string, value: unknown][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, of]) => [key, value(of)]);
}
