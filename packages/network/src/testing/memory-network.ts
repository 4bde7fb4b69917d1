import type { PeerId } from '@shoal/runtime';
import { createMemoryPeer, type MemoryNetworkOptions, type MemoryPeer, type World } from './memory-peer.ts';
import type { Network } from '@shoal/runtime';

/** Networks that reach each other within one process, without sockets. */
export interface MemoryHub {
  /** A network of this hub, not yet started. */
  create(options: MemoryNetworkOptions): Network;
  /** Cuts all connections between two peers, and keeps them apart until healed. */
  cut(one: PeerId, other: PeerId): void;
  heal(): void;
}

/**
 * An in-memory fake of the Network port for tests of what stands on it. It passes the same conformance suite as
 * the real one. Everything is delivered in microtasks and in order, so that a test repeats exactly.
 */
export function createMemoryNetwork(): MemoryHub {
  const byAddress = new Map<string, MemoryPeer>();
  const byPeer = new Map<PeerId, MemoryPeer>();
  const cuts = new Set<string>();
  let ports = 0;

  const pair = (one: PeerId, other: PeerId): string => [one, other].sort().join(' ');

  const world: World = {
    open(peer) {
      ports += 1;
      const address = `/ip4/127.0.0.1/tcp/${ports}/p2p/${peer.network.peerId}`;
      byAddress.set(address, peer);
      byPeer.set(peer.network.peerId, peer);
      return address;
    },
    close(peer, address) {
      byAddress.delete(address);
      byPeer.delete(peer.network.peerId);
    },
    at: (address) => byAddress.get(address),
    peer: (id) => byPeer.get(id),
    all: () => [...byPeer.values()],
    areCut: (one, other) => cuts.has(pair(one, other)),
  };

  return {
    create: (options) => createMemoryPeer(world, options).network,
    cut(one, other) {
      cuts.add(pair(one, other));
      byPeer.get(one)?.disconnect(other);
    },
    heal: () => cuts.clear(),
  };
}

export type { MemoryNetworkOptions };
