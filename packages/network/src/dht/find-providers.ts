import { CID } from 'multiformats/cid';
import { messageOf, type Cid, type Logger, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

/** Peers that announced `cid`, each once; ends when `limit` are found, when the DHT has no more, or when `signal` aborts. */
export async function* findProviders(
  node: MeshNode,
  cid: Cid,
  options: { signal: AbortSignal; limit: number },
  logger: Logger,
): AsyncGenerator<PeerId> {
  const seen = new Set<PeerId>([node.peerId.toString() as PeerId]);
  let left = options.limit;
  try {
    for await (const event of node.services.dht.findProviders(CID.parse(cid), { signal: options.signal })) {
      if (event.name !== 'PROVIDER') continue;
      for (const { id } of event.providers) {
        const peer = id.toString() as PeerId;
        if (seen.has(peer)) continue;
        seen.add(peer);
        yield peer;
        left -= 1;
        if (left <= 0) return;
      }
    }
  } catch (error) {
    if (!options.signal.aborted) logger.debug('The search for providers ended early', { cid, reason: messageOf(error) });
  }
}
