import type { Cid } from '@shoal/runtime';
import type { TestPeer } from './mesh.ts';

/** What a requester accepted of a job, unit by unit. */
export function acceptedBy({ engine }: TestPeer, job: Cid): { unit: number; result: Cid }[] {
  const units = engine.requested.get(job)?.ledger.units ?? new Map();
  return [...units].flatMap(([unit, facts]) => [...facts.accepted.keys()].map((result) => ({ unit, result })));
}
