import { deadline, type Cid, type PeerId } from '@shoal/runtime';
import { peerDefaults } from '../defaults.ts';
import type { Parts } from '../parts.ts';

/** Who may hold a blob: those named first, then those who advertise it, then what the DHT knows, asked only if nobody else is known. */
export async function findHolders(
  parts: Pick<Parts, 'network' | 'engine' | 'stopping'>,
  root: Cid,
  options: { likely?: readonly PeerId[]; dataset?: Cid; signal?: AbortSignal },
): Promise<PeerId[]> {
  const { network, engine, stopping } = parts;
  const holders = new Set<PeerId>(options.likely);
  for (const advert of engine.roster.holdersOf(options.dataset ?? root)) holders.add(advert.author);
  holders.delete(network.peerId);
  if (holders.size > 0) return [...holders];
  const signal = deadline(peerDefaults.findProvidersMs, options.signal === undefined ? stopping : AbortSignal.any([options.signal, stopping]));
  try {
    for await (const peer of network.findProviders(options.dataset ?? root, { signal, limit: peerDefaults.maxProviders })) {
      if (peer !== network.peerId) holders.add(peer);
    }
  } catch (error) {
    if (!signal.aborted) throw error; // out of time: those found so far will do
  }
  return [...holders];
}
