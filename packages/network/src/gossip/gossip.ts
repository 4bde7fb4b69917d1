import { TopicValidatorResult } from '@libp2p/gossipsub';
import { messageOf, type Clock, type GossipVerdict, type Logger, type Metrics, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import type { Guard } from '../guard/guard.ts';
import type { Names } from '../names.ts';
import { createPending } from './pending.ts';
import { createRelayQuota } from './relay-quota.ts';
import { carriesGossip } from './repair.ts';

export interface GossipInit {
  node: MeshNode;
  names: Names;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: NetworkLimits;
  guard: Guard;
  /** Judges a message that came by `from`. */
  judge(topic: string, from: PeerId, message: Uint8Array): GossipVerdict;
}

export interface Gossip {
  publish(topic: string, message: Uint8Array): void;
  subscribe(topic: string): void;
  /** Whether gossip runs over this neighbour right now: it must not be let go. */
  isInMesh(peer: PeerId): boolean;
  /** Says what had to wait for an audience, where there is one now. */
  flush(): void;
  forget(peer: PeerId): void;
}

const results: Record<GossipVerdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/** Gossipsub with the owner's verdict on every message before it is relayed. */
export function createGossip(init: GossipInit): Gossip {
  const { names, limits, logger, metrics } = init;
  const gossip = init.node.services.gossip;
  const quota = createRelayQuota(init);
  /** Topics in whose mesh a neighbour is. */
  const meshes = new Map<string, Set<string>>();

  gossip.addEventListener('gossipsub:graft', ({ detail }) => {
    const topics = meshes.get(detail.peerId) ?? new Set();
    topics.add(detail.topic);
    meshes.set(detail.peerId, topics);
  });
  gossip.addEventListener('gossipsub:prune', ({ detail }) => void meshes.get(detail.peerId)?.delete(detail.topic));

  const pending = createPending(init.clock, limits);

  /** Gossipsub takes a message said to nobody for said, and never says it again. */
  const hasAudience = (topic: string): boolean =>
    gossip.getSubscribers(names.topic(topic)).some((peer) => init.node.getConnections(peer).some(({ streams }) => streams.some(carriesGossip)));

  const say = (topic: string, message: Uint8Array): void => {
    gossip.publish(names.topic(topic), message).catch((error: unknown) => {
      logger.warn('A gossip message could not be published', { topic, reason: messageOf(error) });
    });
  };

  const flush = (): void => {
    for (const { topic, message } of pending.take(hasAudience)) say(topic, message);
  };
  gossip.addEventListener('subscription-change', flush);

  const judge = (topic: string, from: PeerId, message: Uint8Array): GossipVerdict => {
    metrics.add('network_gossip_received_total');
    if (message.byteLength > limits.maxGossipBytes) return 'reject';
    if (!quota.allows(from)) return 'ignore';
    try {
      return init.judge(topic, from, message);
    } catch (error) {
      logger.error('The handler of gossip failed', { topic, peer: from, reason: messageOf(error) });
      return 'ignore';
    }
  };

  return {
    publish(topic, message) {
      if (message.byteLength > limits.maxGossipBytes) {
        metrics.add('network_gossip_refused_total');
        logger.warn('A gossip message was not published: it is too large', { topic, bytes: message.byteLength, limit: limits.maxGossipBytes });
        return;
      }
      metrics.add('network_gossip_published_total');
      if (hasAudience(topic)) say(topic, message);
      else pending.add(topic, message);
    },
    flush,
    subscribe(topic) {
      const full = names.topic(topic);
      gossip.topicValidators.set(full, (relayer, message) => {
        const from = relayer.toString() as PeerId;
        const verdict = judge(topic, from, message.data);
        if (verdict === 'reject') quota.strike(from, 'relayed messages that are not valid');
        return results[verdict];
      });
      gossip.subscribe(full);
    },
    isInMesh: (peer) => (meshes.get(peer)?.size ?? 0) > 0,
    forget(peer) {
      meshes.delete(peer);
      quota.forget(peer);
    },
  };
}
