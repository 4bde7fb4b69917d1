import type { NetworkHandlers, PeerId } from '@shoal/runtime';
import type { MeshNode } from './composition.ts';
import type { NetworkLimits } from './defaults.ts';
import { createProvider, type Provider } from './dht/provider.ts';
import { createGossip, type Gossip } from './gossip/gossip.ts';
import { createGossipRepair } from './gossip/repair.ts';
import type { Guard } from './guard/guard.ts';
import { createDialler, type Dialler } from './join/dialler.ts';
import { createJoiner, type Joiner } from './join/joiner.ts';
import { createLostPeers } from './join/lost-peers.ts';
import { createMessenger, type Messenger } from './messages/messenger.ts';
import { dropKeepAliveTags } from './neighbours/keep-alive.ts';
import { createNeighbours, type Neighbours } from './neighbours/neighbours.ts';
import { upkeep } from './neighbours/upkeep.ts';
import type { Names } from './names.ts';
import type { NetworkOptions } from './options.ts';
import type { KnownPeers } from './peer-store/known-peers.ts';
import { createReach, type Reach, type ReachInit } from './reach/reach.ts';
import type { OnePort } from './reach/one-port.ts';
import { repeat } from './timing/repeat.ts';

export interface PartsInit {
  options: NetworkOptions;
  limits: NetworkLimits;
  names: Names;
  node: MeshNode;
  known: KnownPeers;
  guard: Guard;
  handlers: NetworkHandlers;
  ownIps(): string[];
  onePort: OnePort;
  observed: ReachInit['observed'];
}

/** What runs on top of a libp2p node; everything here ends with `stop()`. */
export interface Parts {
  neighbours: Neighbours;
  joiner: Joiner;
  messenger: Messenger;
  gossip: Gossip;
  provider: Provider;
  dialler: Dialler;
  reach: Reach;
  /** Begins to join; call when the node listens. */
  run(): void;
  stop(): Promise<void>;
}

/** Wires the parts to each other and to the node's events. Before the node starts. */
export function assembleParts(init: PartsInit): Parts {
  const { node, known, limits, names, guard, handlers } = init;
  const { clock, random, metrics } = init.options;
  const logger = init.options.logger.child('network');
  const stopping = new AbortController();
  const { signal } = stopping;
  const common = { node, clock, random, logger, metrics, limits, guard, names, known, signal };

  const lost = createLostPeers(clock, random, limits);
  const dialler = createDialler(common);
  const gossip = createGossip({ ...common, judge: (topic, from, bytes) => handlers.gossip(topic, from, bytes) });
  const messenger = createMessenger({ ...common, protocol: names.messages, deliver: (from, bytes) => handlers.message(from, bytes) });
  const provider = createProvider(common);
  const reach = createReach({ ...common, ownIps: init.ownIps, observed: init.observed, protocol: names.dialBack, isFromOnePort: init.onePort.isFrom });

  /** Until identify has told the rest. */
  const learnWhereDialled = (peer: PeerId): void => {
    const dialled = node.getConnections().find(({ remotePeer, direction }) => direction === 'outbound' && remotePeer.toString() === peer);
    if (dialled !== undefined && known.addressesOf(peer).length === 0) known.learn(peer, [dialled.remoteAddr.toString()]);
  };

  const neighbours = createNeighbours(node, clock, {
    connected(peer) {
      lost.remove(peer);
      known.met(peer);
      learnWhereDialled(peer);
      joiner.gained();
      handlers.peerConnected(peer);
    },
    disconnected(peer, wasLost) {
      if (wasLost) lost.add(peer);
      gossip.forget(peer);
      if (neighbours.count < limits.neighbourFloor) joiner.wake();
      handlers.peerDisconnected(peer);
    },
  });
  const joiner = createJoiner({
    ...common,
    neighbours,
    dialler,
    bootstrap: init.options.bootstrap.filter((address) => !address.endsWith(node.peerId.toString())),
    joined: () => provider.renewAll(),
  });

  node.addEventListener('peer:identify', ({ detail }) => {
    known.learn(detail.peerId.toString() as PeerId, detail.listenAddrs.map((address) => address.toString()));
  });
  if (init.options.mdns) {
    node.addEventListener('peer:discovery', ({ detail }) => {
      known.learn(detail.id.toString() as PeerId, detail.multiaddrs.map((address) => address.toString()));
      if (!joiner.ready || neighbours.count < limits.neighbourFloor) joiner.wake();
    });
  }
  const dropTags = dropKeepAliveTags(node, logger);

  const isUseful = (peer: PeerId): boolean => gossip.isInMesh(peer) || reach.isUseful(peer) || messenger.isActive(peer) || carriesStreams(node, names, peer);
  const repair = createGossipRepair({ ...common, settleMs: limits.gossipSettleMs });
  let running: Promise<unknown> = Promise.resolve();

  return {
    neighbours,
    joiner,
    messenger,
    gossip,
    provider,
    dialler,
    reach,
    run() {
      running = Promise.all([
        joiner.run(),
        provider.run(),
        reach.run(),
        repeat(clock, limits.upkeepIntervalMs, signal, () => upkeep({ ...common, neighbours, lost, dialler, gossip, repair, isUseful })),
      ]);
    },
    async stop() {
      stopping.abort();
      dropTags();
      reach.stop();
      await Promise.all([messenger.stop(), running]);
      neighbours.close();
    },
  };
}

/** A transfer runs over a connection to this peer. */
function carriesStreams(node: MeshNode, names: Names, peer: PeerId): boolean {
  const prefix = names.stream('/');
  return node.getConnections().some(({ remotePeer, streams }) => remotePeer.toString() === peer && streams.some(({ protocol }) => protocol.startsWith(prefix)));
}
