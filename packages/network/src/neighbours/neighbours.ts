import type { Connection, PeerId as Libp2pPeerId } from '@libp2p/interface';
import type { Clock, PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

/** The peers we are connected to, and since when. */
export interface Neighbours {
  readonly count: number;
  has(peer: PeerId): boolean;
  /** Milliseconds since the peer was connected, oldest first. */
  list(): { peer: PeerId; forMs: number }[];
  /** Closes all connections to a peer, on purpose: it is not missed afterwards. */
  letGo(peer: PeerId): Promise<void>;
  close(): void;
}

export interface NeighbourEvents {
  connected(peer: PeerId): void;
  /** `lost`: by an error (a cut link, a ping without answer), not because one side closed in order. */
  disconnected(peer: PeerId, lost: boolean): void;
}

interface Neighbour {
  id: Libp2pPeerId;
  at: number;
  leaving: boolean;
  failed: boolean;
}

export function createNeighbours(node: MeshNode, clock: Clock, events: NeighbourEvents): Neighbours {
  const neighbours = new Map<PeerId, Neighbour>();

  const onOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
    connection.addEventListener('close', (event) => {
      const neighbour = gone.get(connection.remotePeer.toString() as PeerId) ?? neighbours.get(connection.remotePeer.toString() as PeerId);
      if (neighbour !== undefined && event.error !== undefined && event.error !== null) neighbour.failed = true;
    });
  };
  const onConnect = ({ detail }: CustomEvent<Libp2pPeerId>): void => {
    const peer = detail.toString() as PeerId;
    neighbours.set(peer, { id: detail, at: clock.monotonic(), leaving: false, failed: false });
    events.connected(peer);
  };
  /** Disconnected in this turn: why, is known a moment later. */
  const gone = new Map<PeerId, Neighbour>();
  const onDisconnect = ({ detail }: CustomEvent<Libp2pPeerId>): void => {
    const peer = detail.toString() as PeerId;
    const neighbour = neighbours.get(peer);
    if (neighbour === undefined) return;
    neighbours.delete(peer);
    gone.set(peer, neighbour);
    queueMicrotask(() => {
      gone.delete(peer);
      events.disconnected(peer, neighbour.failed && !neighbour.leaving);
    });
  };
  node.addEventListener('connection:open', onOpen);
  node.addEventListener('peer:connect', onConnect);
  node.addEventListener('peer:disconnect', onDisconnect);

  return {
    get count() {
      return neighbours.size;
    },
    has: (peer) => neighbours.has(peer),
    list: () => [...neighbours].map(([peer, { at }]) => ({ peer, forMs: clock.monotonic() - at })),
    async letGo(peer) {
      const neighbour = neighbours.get(peer);
      if (neighbour === undefined) return;
      neighbour.leaving = true;
      await node.hangUp(neighbour.id);
    },
    close() {
      node.removeEventListener('connection:open', onOpen);
      node.removeEventListener('peer:connect', onConnect);
      node.removeEventListener('peer:disconnect', onDisconnect);
    },
  };
}
