import { deadline, type Cid, type Network, type PeerId } from '@shoal/runtime';
import type { Engine } from '@shoal/engine';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';

export interface Provided {
  network: Pick<Network, 'peerId' | 'findProviders'>;
}

export interface Advertised {
  network: Pick<Network, 'peerId'>;
  engine: { readonly roster: Pick<Engine['roster'], 'holdersOf'> };
}

/** Who may hold a blob: those named first, then those who advertise it, then what the DHT knows, asked only if nobody else is known. */
export async function findHolders(
  parts: Pick<Parts, 'network' | 'engine' | 'stopping'>,
  root: Cid,
  options: { likely?: readonly PeerId[]; dataset?: Cid; signal?: AbortSignal },
): Promise<PeerId[]> {
  const { network, stopping } = parts;
  const wanted = options.dataset ?? root;
  const holders = new Set<PeerId>([...(options.likely ?? []), ...advertisedHolders(parts, wanted)]);
  holders.delete(network.peerId);
  if (holders.size > 0) return [...holders];
  return providersOf(parts, wanted, options.signal === undefined ? stopping : AbortSignal.any([options.signal, stopping]));
}

/** Those whose adverts say so. */
export function advertisedHolders({ engine, network }: Advertised, root: Cid): PeerId[] {
  return engine.roster.holdersOf(root).flatMap(({ author }) => (author === network.peerId ? [] : [author]));
}

/** Those of whom the DHT knows, found within a while. */
export async function providersOf({ network }: Provided, root: Cid, given: AbortSignal): Promise<PeerId[]> {
  const holders: PeerId[] = [];
  const signal = deadline(peerDefaults.findProvidersMs, given);
  try {
    for await (const peer of network.findProviders(root, { signal, limit: peerDefaults.maxProviders })) {
      if (peer !== network.peerId) holders.push(peer);
    }
  } catch (error) {
    if (!signal.aborted) throw error; // out of time: those found so far will do
  }
  return holders;
}
