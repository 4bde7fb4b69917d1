import type { PeerId } from '@shoal/runtime';
import { operatorIn, type Entry, type FactOf } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { networkOf } from '../policy/networks.ts';

/** What goes into a lease of where its worker comes from: bound there, so that everybody counts alike, now and later. */
export function originOf(engine: Engine, bid: Entry): Pick<FactOf<'leased'>, 'operator' | 'network'> {
  const worker = bid.author;
  const [fact] = bid.value.facts;
  const proof = fact?.kind === 'bid' ? fact.operator : undefined;
  const operator = proof === undefined ? undefined : operatorIn(proof, worker, engine.crypto);
  if (operator !== undefined) engine.standings.belongs(worker, operator);
  const network = networkAt(engine, worker);
  return { ...(operator === undefined ? {} : { operator }), ...(network === undefined ? {} : { network }) };
}

/** The block of the address at which it is seen; of one that it advertises where it is only heard of. */
function networkAt({ config, seenAt, roster }: Engine, peer: PeerId): string | undefined {
  const { sameNetwork = 'none' } = config.policy;
  if (sameNetwork === 'none') return undefined;
  const addresses = [seenAt.get(peer) ?? [], roster.get(peer)?.value.addresses ?? []].flat();
  for (const address of addresses) {
    const network = networkOf(address, sameNetwork === 'all');
    if (network !== undefined) return network;
  }
  return undefined;
}
