import { unitCount } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { settlementOf } from '../ledger/unit-facts.ts';
import type { EntrustedView } from './types.ts';

/** The jobs of others that are in this peer's hands, by their ids. */
export function entrustedViews({ stewarded, requested, self }: Engine): EntrustedView[] {
  return [...stewarded.values()]
    .map(({ job, spec, requester, ledger, isOver, keptBytes }): EntrustedView => {
      const rank = ledger.delegations.rankOf(self);
      return {
        id: job,
        name: spec.name,
        requester,
        units: unitCount(spec),
        settled: [...ledger.units.values()].filter((facts) => settlementOf(facts, requester) !== undefined).length,
        ...(rank < 0 ? {} : { rank }),
        keeps: ledger.delegations.current?.keepers.includes(self) === true,
        acts: requested.get(job)?.outcome === 'open',
        isOver,
        keptBytes,
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
