import { createMetrics, signerFromSeed, silentLogger, systemClock, type ByteStream, type Cid, type Clock, type Network, type NetworkHandlers, type PeerId } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import { networkDefaults } from '../defaults.ts';
import { NetworkError } from '../errors.ts';
import { createGuard } from '../guard/guard.ts';
import { peerOf } from '../join/dialler.ts';
import { parseAddress } from '../options.ts';
import { createStreamPair, type MemoryStreamPair } from './memory-stream.ts';

export interface MemoryNetworkOptions {
  /** 32-byte Ed25519 seed, as for the real network. */
  seed: Uint8Array;
  mesh: string;
  bootstrap: string[];
  /** For `readyAfterMs`, and how long a ban lasts. */
  clock?: Clock;
}

/** A network of the hub, and what other peers of it may do to it. */
export interface MemoryPeer {
  readonly network: Network;
  readonly mesh: string;
  readonly neighbours: ReadonlyMap<PeerId, MemoryPeer>;
  readonly topics: ReadonlySet<string>;
  readonly provided: ReadonlySet<Cid>;
  readonly isRunning: boolean;
  /** It has cut that peer off. */
  refuses(peer: PeerId): boolean;
  handlers(): NetworkHandlers;
  /** Both directions at once. */
  connect(peer: MemoryPeer): void;
  disconnect(peer: PeerId): void;
  accept(from: MemoryPeer): void;
  leave(peer: PeerId): void;
  hear(topic: string, from: MemoryPeer, bytes: Uint8Array, key: string): void;
  count(sent: number, received: number): void;
  answer(protocol: string, pair: MemoryStreamPair): boolean;
}

/** What the peers of a hub know of each other. */
export interface World {
  /** Gives a started peer its address. */
  open(peer: MemoryPeer): string;
  close(peer: MemoryPeer, address: string): void;
  at(address: string): MemoryPeer | undefined;
  peer(id: PeerId): MemoryPeer | undefined;
  all(): MemoryPeer[];
  areCut(one: PeerId, other: PeerId): boolean;
}

/** Gossip that is remembered, so as to be heard once. */
const maxHeard = 10_000;

/** Calls a handler as the real network does: later, and deaf to its errors. */
function later(call: () => void): void {
  queueMicrotask(() => {
    try {
      call();
    } catch {
      // The port says that handlers must not throw; the real network logs and goes on, and a fake has no log.
    }
  });
}

export function createMemoryPeer(world: World, options: MemoryNetworkOptions): MemoryPeer {
  const clock = options.clock ?? systemClock;
  const peerId = peerIdOf(signerFromSeed(options.seed).publicKey);
  const neighbours = new Map<PeerId, MemoryPeer>();
  const topics = new Set<string>();
  const provided = new Set<Cid>();
  const served = new Map<string, (stream: ByteStream) => Promise<void>>();
  const learned = new Map<PeerId, string[]>();
  const heard = new Set<string>();
  const streams = new Set<MemoryStreamPair>();
  let given: NetworkHandlers | undefined;
  let address: string | undefined;
  let state: 'new' | 'running' | 'stopped' = 'new';
  let readyAfterMs: number | undefined;
  let bytesSent = 0;
  let bytesReceived = 0;
  let queuedBytes = 0;
  let gossiped = 0;

  const guard = createGuard({ clock, logger: silentLogger, metrics: createMetrics(), limits: networkDefaults, disconnect: (peer) => self.disconnect(peer) });

  const handlers = (): NetworkHandlers => {
    if (given === undefined) throw new NetworkError('network-options-invalid', 'Cannot start the network: setHandlers() was not called');
    return given;
  };
  const mustRun = (): void => {
    if (state !== 'running') throw new NetworkError('network-not-running', `Cannot use the network: it is ${state}`);
  };
  /** The peer at an address or behind an id, where it can be reached from here. */
  const reach = (target: MemoryPeer | undefined): MemoryPeer | undefined => {
    if (target === undefined || !target.isRunning || target.mesh !== options.mesh || target === self) return undefined;
    const other = target.network.peerId;
    return world.areCut(peerId, other) || guard.isBanned(other) || target.refuses(peerId) ? undefined : target;
  };
  const find = (peer: PeerId): MemoryPeer | undefined =>
    neighbours.get(peer) ?? reach((learned.get(peer) ?? []).map((known) => world.at(known)).find((found) => found !== undefined)) ?? reach(neighbours.size > 0 ? world.peer(peer) : undefined);
  const connected = (peer: PeerId): MemoryPeer | undefined => {
    const found = find(peer);
    if (found !== undefined) self.connect(found);
    return found;
  };

  const spread = (topic: string, bytes: Uint8Array, key: string, except: PeerId | undefined): void => {
    for (const [id, neighbour] of neighbours) {
      if (id === except || !neighbour.topics.has(topic)) continue;
      bytesSent += bytes.byteLength;
      queueMicrotask(() => neighbour.hear(topic, self, bytes, key));
    }
  };

  const network: Network = {
    peerId,
    start() {
      if (state !== 'new') return Promise.reject(new NetworkError('network-not-running', `Cannot start the network: it is ${state}`));
      handlers();
      const startedAt = clock.monotonic();
      state = 'running';
      address = world.open(self);
      // As the DHT would: by one peer it meets all.
      const met = options.bootstrap.map((known) => reach(world.at(known))).find((found) => found !== undefined);
      if (met !== undefined) for (const peer of [met, ...met.neighbours.values()]) if (reach(peer) !== undefined) self.connect(peer);
      readyAfterMs = clock.monotonic() - startedAt;
      return Promise.resolve();
    },
    stop() {
      if (state === 'running') {
        state = 'stopped';
        for (const pair of streams) pair.cut();
        for (const peer of neighbours.keys()) self.disconnect(peer);
        world.close(self, address as string);
      }
      state = 'stopped';
      return Promise.resolve();
    },
    setHandlers(next) {
      given = next;
    },
    status: () => ({
      addresses: address === undefined ? [] : [address],
      neighbours: neighbours.size,
      ready: state === 'running' && (neighbours.size > 0 || options.bootstrap.length === 0),
      ...(readyAfterMs === undefined ? {} : { readyAfterMs }),
      routingTableSize: neighbours.size,
      bytesSent,
      bytesReceived,
      joining: 'small',
      dials: 0,
      reach: { verdict: 'unknown', nat: 'unknown', relays: [], relaying: false, guests: [], relayedBytes: 0 },
    }),
    figures: () => Promise.resolve(''),
    connections: () => [...neighbours].map(([peer, { network: other }]) => ({ peer, address: other.status().addresses[0] ?? '', direction: 'outbound' as const, rttMs: 0 })),

    send(to, message) {
      if (state !== 'running' || to === peerId || message.byteLength === 0 || message.byteLength > networkDefaults.maxMessageBytes) return false;
      const peer = connected(to);
      if (peer === undefined) {
        // Waits for a peer that cannot be reached, as far as there is room.
        if (queuedBytes + message.byteLength > networkDefaults.maxQueuedBytes) return false;
        queuedBytes += message.byteLength;
        return true;
      }
      const bytes = message.slice();
      bytesSent += bytes.byteLength;
      later(() => {
        if (!peer.isRunning || !neighbours.has(to)) return;
        peer.count(0, bytes.byteLength);
        peer.handlers().message(peerId, bytes);
      });
      return true;
    },
    publish(topic, message) {
      if (state !== 'running' || message.byteLength > networkDefaults.maxGossipBytes) return;
      gossiped += 1;
      const key = `${peerId} ${gossiped}`;
      heard.add(key);
      spread(topic, message.slice(), key, undefined);
    },
    subscribe: (topic) => void topics.add(topic),

    learnAddresses(peer, addresses) {
      if (peer !== peerId) learned.set(peer, [...addresses]);
    },
    dial(text) {
      try {
        mustRun();
        const peer = peerOf(parseAddress(text));
        if (peer === undefined) throw new NetworkError('address-invalid', `Cannot dial "${text}": expected an address that ends in /p2p/ and a peer id`);
        const found = reach(world.at(text));
        if (found === undefined) throw new NetworkError('dial-failed', `Cannot connect to ${text}: nobody is there`);
        self.connect(found);
        return Promise.resolve(peer);
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },

    provide: (cid) => void provided.add(cid),
    unprovide: (cid) => void provided.delete(cid),
    async *findProviders(cid, { signal, limit }) {
      mustRun();
      let left = neighbours.size === 0 ? 0 : limit;
      for (const peer of world.all()) {
        if (left <= 0 || signal.aborted) return;
        if (reach(peer) === undefined || !peer.provided.has(cid)) continue;
        left -= 1;
        yield peer.network.peerId;
      }
    },

    disconnect: (peer) => self.disconnect(peer),
    report: (peer, points, reason) => guard.report(peer, points, reason),

    serve: (protocol, handler) => void served.set(protocol, handler),
    open(to, protocol, { signal }) {
      try {
        mustRun();
        signal.throwIfAborted();
        const peer = connected(to);
        if (peer === undefined) throw new NetworkError('stream-refused', `Cannot open a ${protocol} stream to ${to}: it cannot be reached`);
        const pair = createStreamPair(peerId, to, (from, until, bytes) => {
          world.peer(from)?.count(bytes, 0);
          world.peer(until)?.count(0, bytes);
        });
        streams.add(pair);
        if (!peer.answer(protocol, pair)) throw new NetworkError('stream-refused', `Cannot open a ${protocol} stream to ${to}: it does not serve that protocol`);
        return Promise.resolve(pair.client);
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };

  const self: MemoryPeer = {
    network,
    mesh: options.mesh,
    neighbours,
    topics,
    provided,
    get isRunning() {
      return state === 'running';
    },
    refuses: (peer) => guard.isBanned(peer),
    handlers,
    connect(peer) {
      if (neighbours.has(peer.network.peerId)) return;
      self.accept(peer);
      peer.accept(self);
    },
    accept(peer) {
      neighbours.set(peer.network.peerId, peer);
      later(() => handlers().peerConnected(peer.network.peerId));
    },
    disconnect(peer) {
      const neighbour = neighbours.get(peer);
      self.leave(peer);
      neighbour?.leave(peerId);
    },
    leave(peer) {
      if (!neighbours.delete(peer)) return;
      for (const pair of streams) if (pair.client.peer === peer || pair.server.peer === peer) pair.cut();
      if (state === 'running') later(() => handlers().peerDisconnected(peer));
    },
    hear(topic, from, bytes, key) {
      if (state !== 'running' || heard.has(key) || !neighbours.has(from.network.peerId)) return;
      if (heard.size >= maxHeard) heard.delete(heard.values().next().value as string);
      heard.add(key);
      bytesReceived += bytes.byteLength;
      later(() => {
        const verdict = handlers().gossip(topic, from.network.peerId, bytes);
        if (verdict === 'accept') spread(topic, bytes, key, from.network.peerId);
      });
    },
    count(sent, received) {
      bytesSent += sent;
      bytesReceived += received;
    },
    answer(protocol, pair) {
      const handler = served.get(protocol);
      if (handler === undefined) return false;
      streams.add(pair);
      queueMicrotask(() => {
        handler(pair.server)
          .then(() => pair.server.close())
          .catch((error: unknown) => pair.server.abort(error instanceof Error ? error : new Error(String(error))))
          .finally(() => void (pair.isOver && streams.delete(pair)));
      });
      return true;
    },
  };
  return self;
}
