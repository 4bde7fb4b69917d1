import { peerIdFromString } from '@libp2p/peer-id';
import { deadline, type Clock, type Logger, type Metrics, type PeerId, type Random } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import type { Guard } from '../guard/guard.ts';
import { createInbox } from './inbox.ts';
import { Outbox } from './outbox.ts';

export interface MessengerInit {
  node: MeshNode;
  protocol: string;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  guard: Guard;
  deliver(from: PeerId, message: Uint8Array): void;
}

/** Messages between peers: one stream each way and pair, kept open (opening one costs ten round trips). */
export interface Messenger {
  start(): Promise<void>;
  send(to: PeerId, message: Uint8Array): boolean;
  /** Whether messages went either way a short while ago. */
  isActive(peer: PeerId): boolean;
  stop(): Promise<void>;
}

export function createMessenger(init: MessengerInit): Messenger {
  const { node, clock, limits, metrics, logger } = init;
  const inbox = createInbox(init);
  const outboxes = new Map<PeerId, Outbox>();
  let stopped = false;

  const makeRoom = (): boolean => {
    if (outboxes.size < limits.maxOutboxes) return true;
    for (const [peer, outbox] of outboxes) {
      if (!outbox.idle) continue;
      outboxes.delete(peer);
      void outbox.stop();
      return true;
    }
    return false;
  };

  const outboxOf = (peer: PeerId): Outbox | undefined => {
    const known = outboxes.get(peer);
    if (known !== undefined) {
      // Back to the end: the first one in the map is the one unused for longest.
      outboxes.delete(peer);
      outboxes.set(peer, known);
      return known;
    }
    if (!makeRoom()) return undefined;
    const outbox = new Outbox({
      ...init,
      peer,
      open: (to, signal) =>
        node.dialProtocol(peerIdFromString(to), init.protocol, { signal: deadline(limits.dialTimeoutMs, signal) }),
    });
    outboxes.set(peer, outbox);
    return outbox;
  };

  return {
    start: () =>
      node.handle(
        init.protocol,
        (stream, connection) => void inbox.accept(stream, connection.remotePeer.toString() as PeerId),
        { maxInboundStreams: 2, maxOutboundStreams: 2 },
      ),
    send(to, message) {
      if (stopped || message.byteLength === 0 || message.byteLength > limits.maxMessageBytes || to === (node.peerId.toString() as PeerId)) {
        metrics.add('network_messages_refused_total');
        return false;
      }
      const queued = outboxOf(to)?.push(message) ?? false;
      if (!queued) {
        metrics.add('network_messages_refused_total');
        logger.debug('A message was refused: too many wait', { peer: to });
      }
      return queued;
    },
    isActive(peer) {
      const since = clock.monotonic() - limits.messageActiveMs;
      const outbox = outboxes.get(peer);
      return (outbox !== undefined && outbox.usedAt > since) || (inbox.lastFrom(peer) ?? Number.NEGATIVE_INFINITY) > since;
    },
    async stop() {
      stopped = true;
      inbox.stop();
      await Promise.all([...outboxes.values()].map((outbox) => outbox.stop()));
      outboxes.clear();
    },
  };
}
