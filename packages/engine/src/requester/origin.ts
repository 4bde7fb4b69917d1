import type { Cid, PeerId } from '@shoal/runtime';
import { operatorIn, type Entry, type FactOf } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { networkOf } from '../policy/networks.ts';
import { leaseOf } from './job.ts';

/** What goes into a lease of where its worker comes from: bound there, so that everybody counts alike, now and later. */
export function originOf(engine: Engine, bid: Entry, job?: Cid): Pick<FactOf<'leased'>, 'operator' | 'network'> {
  const worker = bid.author;
  const [fact] = bid.value.facts;
  const operator = fact?.kind === 'bid' ? learnOperator(engine, worker, fact, job) : undefined;
  const network = networkAt(engine, worker);
  return { ...(operator === undefined ? {} : { operator }), ...(network === undefined ? {} : { network }) };
}

/**
 * Takes a worker's record to be its operator's, if its bid proves one. It changes to another one only while it holds no
 * lease but one of the job for which it bids: what it does is booked under the name under which it was given the work.
 */
export function learnOperator(engine: Engine, worker: PeerId, { operator: proof }: Pick<FactOf<'bid'>, 'operator'>, job?: Cid): PeerId | undefined {
  const operator = proof === undefined ? undefined : operatorIn(proof, worker, engine.crypto);
  if (operator === undefined) return undefined;
  const { standings, requested } = engine;
  const known = standings.holderOf(worker);
  const isOther = known !== worker && known !== operator;
  const isHeld = isOther && [...requested.values()].some((other) => other.job !== job && other.outcome === 'open' && leaseOf(other, worker) !== undefined);
  if (!isHeld) standings.belongs(worker, operator);
  return operator;
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
