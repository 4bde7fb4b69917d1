import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { TransportManager } from '@libp2p/interface-internal';
import { multiaddr } from '@multiformats/multiaddr';
import { messageOf, type Clock, type Logger, type PeerId, type Random } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { isLoopback, isRelayed, relayOf } from './addresses.ts';

export interface RelayClientInit {
  node: MeshNode;
  transports: Pick<TransportManager, 'listen'>;
  clock: Clock;
  random: Random;
  logger: Logger;
  limits: NetworkLimits;
}

/** Holds reservations with neighbours that relay, so that others reach this peer through them. */
export interface RelayClient {
  /** The relays that hold a place for us now. */
  relays(): PeerId[];
  /** One turn: looks for what is missing. Never rejects. */
  turn(): Promise<void>;
}

export function createRelayClient(init: RelayClientInit): RelayClient {
  const { node, clock, random, limits, logger } = init;
  const notBefore = new Map<string, number>();

  const relays = (): PeerId[] => [...new Set(node.getMultiaddrs().map(relayOf).filter((relay) => relay !== undefined))] as PeerId[];

  const candidates = async (): Promise<string[]> => {
    const have = new Set<string>(relays());
    const found: string[] = [];
    for (const { remotePeer, remoteAddr } of node.getConnections()) {
      const peer = remotePeer.toString();
      if (have.has(peer) || found.includes(peer) || isRelayed(remoteAddr) || isLoopback(remoteAddr)) continue;
      if ((notBefore.get(peer) ?? 0) > clock.monotonic()) continue;
      if ((await node.peerStore.get(remotePeer)).protocols.includes(RELAY_V2_HOP_CODEC)) found.push(peer);
    }
    return found;
  };

  return {
    relays,
    async turn() {
      try {
        const missing = limits.relaysWanted - relays().length;
        if (missing <= 0) return;
        const found = await candidates();
        for (let place = 0; place < missing && found.length > 0; place += 1) {
          const [relay = ''] = found.splice(random.integer(found.length), 1);
          if (notBefore.size >= limits.maxConnections) notBefore.clear();
          notBefore.set(relay, clock.monotonic() + limits.relayRetryMs);
          await init.transports.listen([multiaddr(`/p2p/${relay}/p2p-circuit`)]);
          logger.info('Others reach this peer through a relay', { relay });
        }
      } catch (error) {
        logger.debug('A relay gave no place', { reason: messageOf(error) });
      }
    },
  };
}
