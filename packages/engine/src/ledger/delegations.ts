import type { PeerId } from '@shoal/runtime';
import type { Entry, FactKind, FactOf } from '@shoal/protocol';

/** What stewards may state in the requester's name; it alone posts, delegates and cancels. */
const delegatedKinds: ReadonlySet<FactKind> = new Set<FactKind>(['leased', 'released', 'accepted', 'abandoned', 'receipt']);

export function isDelegable(kind: FactKind): boolean {
  return delegatedKinds.has(kind);
}

export interface Delegation {
  term: number;
  stewards: readonly PeerId[];
  keepers: readonly PeerId[];
  entry: Entry;
}

/**
 * To whom a requester delegated its job. Whoever was ever named a steward may speak for it; the highest term says who is
 * to act now. Sets that only grow, and a maximum: the order in which delegations come cannot matter.
 */
export class Delegations {
  current: Delegation | undefined;
  readonly stewards = new Set<PeerId>();
  readonly keepers = new Set<PeerId>();
  /** Stewards that stated something in the requester's name: who judges gives no evidence, so their own results count no more. */
  readonly acted = new Set<PeerId>();
  /** What others stated in the requester's name without having been named: it counts should they be. */
  private readonly parked = new Map<PeerId, Set<Entry>>();

  /** Takes a delegation; returns the entries that count from now on. */
  add(fact: FactOf<'delegated'>, entry: Entry): Entry[] {
    const { term, stewards, keepers } = fact;
    const known = this.current;
    if (known === undefined || term > known.term || (term === known.term && entry.id > known.entry.id)) this.current = { term, stewards, keepers, entry };
    for (const keeper of keepers) this.keepers.add(keeper);
    const freed: Entry[] = [];
    for (const steward of stewards) {
      this.stewards.add(steward);
      freed.push(...(this.parked.get(steward) ?? []));
      this.parked.delete(steward);
    }
    return freed;
  }

  park(entry: Entry): void {
    this.parked.set(entry.author, (this.parked.get(entry.author) ?? new Set()).add(entry));
  }

  /** The peers that hold the whole ledger now: stewards first, each once. */
  trustees(): PeerId[] {
    return [...new Set([...(this.current?.stewards ?? []), ...(this.current?.keepers ?? [])])];
  }

  /** 0 for the steward that acts first; -1 for who is none now. */
  rankOf(peer: PeerId): number {
    return this.current?.stewards.indexOf(peer) ?? -1;
  }
}
