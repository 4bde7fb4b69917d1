import type { Cid, PeerId } from '@shoal/runtime';
import type { UnitFacts } from '../ledger/unit-facts.ts';

/** A result, and on whose showing it was accepted. */
export interface Accepted {
  result: Cid;
  workers: ReadonlySet<PeerId>;
}

interface Accepting {
  readonly ledger: { unit(index: number): UnitFacts };
  readonly requester: PeerId;
  readonly judge: PeerId | undefined;
  readonly accepting: ReadonlyMap<number, Accepted>;
}

/** What is accepted of a unit by the requester's word, else by our own as its steward; what another steward says counts for nothing. */
export function acceptedHere({ ledger, requester, judge, accepting }: Accepting, unit: number): Accepted | undefined {
  const { accepted, acceptedBy } = ledger.unit(unit);
  for (const peer of [requester, judge]) {
    for (const [result, workers] of accepted) if (peer !== undefined && acceptedBy.get(result)?.has(peer) === true) return { result, workers };
  }
  return accepting.get(unit);
}
