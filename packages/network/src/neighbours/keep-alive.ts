import { KEEP_ALIVE } from '@libp2p/interface';
import type { Peer, PeerUpdate } from '@libp2p/interface';
import { messageOf, type Logger } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';

/**
 * kad-dht marks its closest peers to be redialled whenever they disconnect. With a cap on neighbours that never ends:
 * one side lets go, the other dials again at once. The floor is kept by joining, so the mark is taken off.
 */
export function dropKeepAliveTags(node: MeshNode, logger: Logger): () => void {
  const onUpdate = ({ detail }: CustomEvent<PeerUpdate>): void => {
    const tags = keepAliveTags(detail.peer);
    if (tags.length === 0) return;
    node.peerStore.merge(detail.peer.id, { tags: Object.fromEntries(tags.map((tag) => [tag, undefined])) }).catch((error: unknown) => {
      logger.debug('A keep-alive mark could not be taken off', { reason: messageOf(error) });
    });
  };
  node.addEventListener('peer:update', onUpdate);
  return () => node.removeEventListener('peer:update', onUpdate);
}

function keepAliveTags(peer: Peer): string[] {
  return [...peer.tags.keys()].filter((tag) => tag.startsWith(KEEP_ALIVE));
}
