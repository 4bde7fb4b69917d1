import type { GossipVerdict } from '@shoal/runtime';
import { ProtocolError, topics } from '@shoal/protocol';
import type { Parts } from '../parts.ts';

/** A newer list of revocations, from wherever it came: those on it are cut off here, and everybody else is told. */
export function connectMembers({ members, network, driver, engine }: Parts): void {
  if (members === undefined) return;
  const topic = topics.revocations(engine.config.mesh);
  const cutOff = (): void => {
    for (const peer of members.revokedAmong(network.connections().map((connection) => connection.peer))) network.disconnect(peer, 'it no longer belongs to this mesh');
  };
  const tellEngine = (): void => {
    const list = members.revocations;
    if (list !== undefined) driver.handle({ type: 'revoked', peers: list.peers, invitations: list.invitations.map((id) => Buffer.from(id).toString('hex')) });
  };
  members.onRevoked = (_, bytes) => {
    tellEngine();
    cutOff();
    network.publish(topic, bytes);
  };
  network.subscribe(topic);
  tellEngine();
}

/** A list that came by gossip. */
export function gossipedRevocations({ members }: Parts, bytes: Uint8Array): GossipVerdict {
  if (members === undefined) return 'reject';
  try {
    return members.learn(bytes) ? 'accept' : 'ignore';
  } catch (error) {
    if (error instanceof ProtocolError) return 'reject';
    throw error;
  }
}
