import type { Connection, Stream } from '@libp2p/interface';
import { deadline, messageOf, type Clock, type Logger } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

/** A connection this young may still be about to open its gossip stream. */
const settleMs = 10_000;
/** Repairs in one turn: each opens a stream or two. */
const maxRepairs = 4;
const identifyTimeoutMs = 5_000;

/**
 * Gossipsub opens its stream to a neighbour once, when identify ends. If that stream dies while the peer stays
 * connected (of two connections, the one that carried it was closed; a buffer overran; identify came too early),
 * nothing opens another, and the neighbour silently hears nothing more. Identifying it again does.
 */
export async function repairGossip(node: MeshNode, clock: Clock, logger: Logger): Promise<number> {
  const broken: Connection[] = [];
  for (const peer of node.getPeers()) {
    const connections = node.getConnections(peer).filter(({ status }) => status === 'open');
    const settled = connections.find(({ timeline }) => clock.now() - timeline.open > settleMs);
    if (settled !== undefined && !connections.some(({ streams }) => streams.some(carriesGossip))) broken.push(settled);
  }
  await Promise.all(
    broken.slice(0, maxRepairs).map(async (connection) => {
      try {
        await node.services.identify.identify(connection, { signal: deadline(identifyTimeoutMs) });
      } catch (error) {
        logger.debug('A neighbour could not be identified again', { peer: connection.remotePeer.toString(), reason: messageOf(error) });
      }
    }),
  );
  return broken.length;
}

function carriesGossip(stream: Stream): boolean {
  return stream.direction === 'outbound' && stream.protocol.startsWith('/meshsub/');
}
