import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface';
import { deadline, messageOf, type Clock, type Logger } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

/** Repairs in one turn: each opens a stream or two. */
const maxRepairs = 4;
const identifyTimeoutMs = 5_000;

export interface GossipRepairInit {
  node: MeshNode;
  clock: Clock;
  logger: Logger;
  /** A connection this young may still be about to open its gossip stream. */
  settleMs: number;
  signal: AbortSignal;
}

/**
 * Gossipsub opens its stream to a neighbour once, when identify ends. If that stream dies while the peer stays
 * connected (of two connections, the one that carried it was closed; a buffer overran; identify came too early),
 * nothing opens another, and the neighbour silently hears nothing more. Identifying it again does. Where that does
 * not help either, gossipsub holds on to a dead stream; only a new connection makes it forget.
 */
export interface GossipRepair {
  /** Looks at every neighbour; resolves with how many had to be repaired. */
  turn(): Promise<number>;
}

export function createGossipRepair(init: GossipRepairInit): GossipRepair {
  const { node, clock, logger, settleMs, signal } = init;
  /** When a neighbour was last identified again. */
  const repairedAt = new Map<string, number>();
  /** One of whose connections was closed, and maybe the one that carried gossip. */
  const suspects = new Set<string>();
  node.addEventListener('connection:close', ({ detail }) => void suspects.add(detail.remotePeer.toString()));

  const identifyAgain = async (connection: Connection): Promise<void> => {
    try {
      await node.services.identify.identify(connection, { signal: deadline(identifyTimeoutMs, signal) });
    } catch (error) {
      logger.debug('A neighbour could not be identified again', { peer: connection.remotePeer.toString(), reason: messageOf(error) });
    }
  };

  const repair = async (peer: Libp2pPeerId, connection: Connection): Promise<boolean> => {
    const name = peer.toString();
    const before = repairedAt.get(name);
    if (before !== undefined && clock.monotonic() - before < settleMs) return false;
    repairedAt.set(name, clock.monotonic());
    if (before === undefined) await identifyAgain(connection);
    else await node.hangUp(peer);
    return true;
  };

  return {
    async turn() {
      const broken: [Libp2pPeerId, Connection][] = [];
      const peers = node.getPeers();
      for (const peer of peers) {
        const connections = node.getConnections(peer).filter(({ status }) => status === 'open');
        const isSuspect = suspects.has(peer.toString());
        const settled = connections.find(({ timeline }) => isSuspect || clock.now() - timeline.open > settleMs);
        if (connections.some(({ streams }) => streams.some(carriesGossip))) repairedAt.delete(peer.toString());
        else if (settled !== undefined) broken.push([peer, settled]);
      }
      suspects.clear();
      const connected = new Set(peers.map(String));
      for (const name of repairedAt.keys()) if (!connected.has(name)) repairedAt.delete(name);
      const outcomes = await Promise.all(broken.slice(0, maxRepairs).map(([peer, connection]) => repair(peer, connection)));
      return outcomes.filter(Boolean).length;
    },
  };
}

/** Our own stream to the neighbour, that is; the other direction is the neighbour's care. */
export function carriesGossip(stream: Stream): boolean {
  return stream.direction === 'outbound' && stream.protocol.startsWith('/meshsub/');
}
