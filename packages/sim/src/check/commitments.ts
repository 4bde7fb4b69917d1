import type { Cid, Crypto, PeerId } from '@shoal/runtime';
import { digestOf } from '@shoal/protocol';

interface Facts {
  commitments: ReadonlyMap<PeerId, ReadonlySet<string>>;
  revealed: ReadonlyMap<PeerId, ReadonlyMap<string, { result: Cid; opens: string }>>;
}

/** Results that a worker showed and had committed to. Written apart from the engine's own code, against which it is held. */
export function commitmentsOpened(_job: Cid, _unit: number, worker: PeerId, facts: Facts, _crypto: Crypto): Set<Cid> {
  const bound = facts.commitments.get(worker) ?? new Set<string>();
  const opened = new Set<Cid>();
  for (const [, { result, opens }] of facts.revealed.get(worker) ?? []) if (bound.has(opens) && digestOf(result).length === 32) opened.add(result);
  return opened;
}
