import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { deadline, messageOf, type ByteStream, type Cid, type Network, type NetworkHandlers, type PeerId } from '@shoal/runtime';
import { createNode, privateKeyFromSeed, type MeshNode } from './composition.ts';
import { findProviders } from './dht/find-providers.ts';
import { NetworkError } from './errors.ts';
import { createGuard } from './guard/guard.ts';
import { peerOf, readAddresses, withPeer } from './join/dialler.ts';
import type { WireCount } from './metrics/counted-stream.ts';
import type { Exposition } from './metrics/prometheus.ts';
import { namesOf } from './names.ts';
import { checkOptions, parseAddress, type NetworkOptions } from './options.ts';
import { ownIps } from './reach/own-ips.ts';
import { createObserved } from './reach/observed.ts';
import { createOnePort } from './reach/one-port.ts';
import { createRelayBudget } from './reach/relay-budget.ts';
import { assembleParts, type Parts } from './parts.ts';
import { createKnownPeers } from './peer-store/known-peers.ts';
import { shutDown } from './shut-down.ts';
import { toByteStream } from './streams/byte-stream.ts';
import { createOpenStreams } from './streams/open-streams.ts';
import { serveStreams, type StreamHandler } from './streams/stream-server.ts';

/** A peer's network on libp2p. Nothing happens until `start()`; a stopped one is not started again. */
export function createNetwork(options: NetworkOptions): Network {
  const limits = checkOptions(options);
  const { clock, metrics } = options;
  const logger = options.logger.child('network');
  const names = namesOf(options.mesh, options.doorkeeper?.secret);
  const privateKey = privateKeyFromSeed(options.seed);
  const peerId = peerIdFromPrivateKey(privateKey).toString() as PeerId;
  const count: WireCount = { sent: 0, received: 0 };
  const known = createKnownPeers({ self: peerId, path: options.peerStorePath, mesh: options.mesh, clock, logger, limits });

  let handlers: NetworkHandlers | undefined;
  let node: MeshNode | undefined;
  let parts: Parts | undefined;
  let exposition: Exposition | undefined;
  let state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  let starting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  // What is asked for before start() is done by start().
  const topics = new Set<string>();
  const served = new Map<string, StreamHandler>();
  const provided = new Set<Cid>();
  const streams = createOpenStreams();
  const ways = { ownIps, onePort: createOnePort(), observed: createObserved(), relayBudget: createRelayBudget(clock, limits) };

  const guard = createGuard({
    clock,
    logger,
    metrics,
    limits,
    disconnect: (peer) => disconnect(peer, 'banned'),
  });

  const disconnect = (peer: PeerId, reason: string): void => {
    for (const connection of node?.getConnections(peerIdFromString(peer)) ?? []) connection.abort(new Error(reason));
  };

  const running = (): { node: MeshNode; parts: Parts } => {
    if (state === 'running' && node !== undefined && parts !== undefined) return { node, parts };
    throw new NetworkError('network-not-running', `Cannot use the network: it is ${state}`, { hint: 'Call start() first, and nothing after stop().' });
  };

  const serveNow = (on: MeshNode, protocol: string, handler: StreamHandler): Promise<void> =>
    serveStreams({ node: on, streams, clock, logger, metrics, limits }, names.stream(protocol), handler);

  const begin = async (told: NetworkHandlers): Promise<void> => {
    await known.load();
    await ways.onePort.find();
    if (options.countAll === true) exposition = (await import('./metrics/prometheus.ts')).createExposition(metrics);
    const portMapping = options.upnp === true ? (await import('./reach/upnp.ts')).portMapping : undefined;
    node = await createNode({ privateKey, names, listen: options.listen, mdns: options.mdns, limits, guard, doorkeeper: options.doorkeeper, count, exposition, portMapping, ...ways });
    parts = assembleParts({ options, limits, names, node, known, guard, handlers: told, ...ways });
    await parts.messenger.start();
    await parts.reach.serve();
    for (const [protocol, handler] of served) await serveNow(node, protocol, handler);
    try {
      await node.start();
    } catch (cause) {
      throw new NetworkError('listen-failed', `Cannot listen on ${options.listen.join(', ')}: ${messageOf(cause)}`, {
        cause,
        hint: 'Another program may use the port; port 0 takes a free one.',
      });
    }
    parts.reach.listening();
    for (const topic of topics) parts.gossip.subscribe(topic);
    for (const cid of provided) parts.provider.add(cid);
    // Stopped meanwhile: stop() waits for this to end, and then ends the rest.
    if (state !== 'starting') return;
    state = 'running';
    parts.run();
  };

  const end = async (): Promise<void> => {
    await starting?.catch((error: unknown) => logger.debug('Stopped before the start was done', { reason: messageOf(error) }));
    await shutDown({ node, parts, known, streams, clock, logger, graceMs: limits.stopGraceMs });
  };

  return {
    peerId,
    start() {
      if (state !== 'new') return Promise.reject(new NetworkError('network-not-running', `Cannot start the network: it is ${state}`));
      if (handlers === undefined) {
        return Promise.reject(new NetworkError('network-options-invalid', 'Cannot start the network: setHandlers() was not called'));
      }
      state = 'starting';
      starting = begin(handlers);
      return starting;
    },
    stop() {
      state = 'stopped';
      stopped ??= end();
      return stopped;
    },
    setHandlers(given) {
      handlers = given;
    },
    status() {
      const readyAfterMs = parts?.joiner.readyAfterMs;
      return {
        addresses: node?.getMultiaddrs().map((address) => address.toString()) ?? [],
        neighbours: parts?.neighbours.count ?? 0,
        ready: state === 'running' && (parts?.joiner.ready ?? false),
        ...(readyAfterMs === undefined ? {} : { readyAfterMs }),
        routingTableSize: node?.services.dht.routingTable.size ?? 0,
        bytesSent: count.sent,
        bytesReceived: count.received,
        joining: parts?.joiner.state ?? 'starting',
        dials: ways.onePort.dials,
        reach: { verdict: 'unknown', nat: 'unknown', relays: [], relaying: false, guests: [], ...parts?.reach.status(), relayedBytes: ways.relayBudget.relayedBytes },
      };
    },
    figures() {
      const { neighbours } = running().parts;
      metrics.set('network_neighbours', neighbours.count);
      metrics.set('network_bytes_sent_total', count.sent);
      metrics.set('network_bytes_received_total', count.received);
      metrics.set('network_dials_total', ways.onePort.dials);
      metrics.set('network_relayed_bytes_total', ways.relayBudget.relayedBytes);
      return exposition?.text() ?? Promise.resolve('');
    },
    connections: () =>
      (node?.getConnections() ?? []).map(({ remotePeer, remoteAddr, direction, rtt }) => ({
        peer: remotePeer.toString() as PeerId,
        address: remoteAddr.toString(),
        direction,
        ...(rtt === undefined ? {} : { rttMs: rtt }),
      })),

    send: (to, message) => state === 'running' && (parts?.messenger.send(to, message) ?? false),
    publish(topic, message) {
      if (state === 'running') parts?.gossip.publish(topic, message);
    },
    subscribe(topic) {
      if (topics.has(topic)) return;
      topics.add(topic);
      if (state === 'running') parts?.gossip.subscribe(topic);
    },

    learnAddresses(peer, addresses) {
      const usable = readAddresses(addresses.slice(0, limits.maxAddressesPerPeer)).filter((address) => withPeer(address, peer) !== undefined);
      if (peer === peerId || usable.length === 0) return;
      known.learn(peer, usable.map((address) => address.toString()));
      node?.peerStore.patch(peerIdFromString(peer), { multiaddrs: usable }).catch((error: unknown) => {
        logger.debug('The addresses of a peer could not be kept', { peer, reason: messageOf(error) });
      });
    },
    disconnect,
    report: (peer, points, reason) => guard.report(peer, points, reason),
    async dial(address, { signal } = {}) {
      const target = parseAddress(address);
      const peer = peerOf(target);
      if (peer === undefined) {
        throw new NetworkError('address-invalid', `Cannot dial "${address}": expected an address that ends in /p2p/ and a peer id`);
      }
      try {
        await running().node.dial(target, { signal: deadline(limits.dialTimeoutMs, signal) });
      } catch (cause) {
        if (cause instanceof NetworkError) throw cause;
        throw new NetworkError('dial-failed', `Cannot connect to ${address}: ${messageOf(cause)}`, {
          cause,
          hint: 'Is that peer up, reachable from here, and of the same mesh?',
        });
      }
      return peer;
    },

    provide(cid) {
      provided.add(cid);
      if (state === 'running') parts?.provider.add(cid);
    },
    unprovide(cid) {
      provided.delete(cid);
      parts?.provider.remove(cid);
    },
    async *findProviders(cid, search) {
      yield* findProviders(running().node, cid, search, logger);
    },

    serve(protocol, handler) {
      served.set(protocol, handler);
      if (state !== 'running' || node === undefined) return;
      serveNow(node, protocol, handler).catch((error: unknown) => {
        logger.error('A stream protocol could not be served', { protocol, reason: messageOf(error) });
      });
    },
    async open(to, protocol, { signal }): Promise<ByteStream> {
      try {
        const stream = await running().node.dialProtocol(peerIdFromString(to), names.stream(protocol), {
          signal,
          maxOutboundStreams: limits.maxOutboundStreamsPerPeer,
        });
        streams.add(stream);
        return toByteStream(stream, to, clock, limits);
      } catch (cause) {
        if (cause instanceof NetworkError) throw cause;
        throw new NetworkError(
          signal.aborted ? 'stream-timeout' : 'stream-refused',
          `Cannot open a ${protocol} stream to ${to}: ${messageOf(cause)}`,
          { cause },
        );
      }
    },
  };
}
