import type { Multiaddr } from '@multiformats/multiaddr';
import type { PeerInfo } from '@libp2p/interface';
import type { PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

export interface Found {
  peer: PeerId;
  addresses: Multiaddr[];
}

/** Peers that the DHT names on the way to `key`, each once, as they come. Ends early, without an error, when `signal` aborts. */
export async function* lookUp(node: MeshNode, key: Uint8Array, signal: AbortSignal): AsyncGenerator<Found> {
  const seen = new Set<string>([node.peerId.toString()]);
  try {
    for await (const event of node.services.dht.getClosestPeers(key, { signal })) {
      const named: PeerInfo[] = event.name === 'PEER_RESPONSE' ? event.closer : event.name === 'FINAL_PEER' ? [event.peer] : [];
      for (const { id, multiaddrs } of named) {
        const peer = id.toString() as PeerId;
        if (seen.has(peer)) continue;
        seen.add(peer);
        yield { peer, addresses: multiaddrs };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
