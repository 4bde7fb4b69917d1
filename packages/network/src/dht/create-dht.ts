import { kadDHT, passthroughMapper, type KadDHTComponents, type SingleKadDHT } from '@libp2p/kad-dht';
import type { Ping } from '@libp2p/ping';
import { invariant } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';
import { NetworkError } from '../errors.ts';
import type { Names } from '../names.ts';

export interface DhtInit {
  names: Names;
  limits: NetworkLimits;
  components: KadDHTComponents;
}

/** A Kademlia DHT of this mesh alone, in which every peer answers. */
export function createDht({ names, limits, components }: DhtInit): SingleKadDHT {
  const dht = kadDHT({
    protocol: names.dht,
    clientMode: false,
    // By default private addresses are dropped, and with them every peer of a LAN.
    peerInfoMapper: passthroughMapper,
    kBucketSize: limits.dhtReplication,
    alpha: limits.dhtParallelism,
    disjointPaths: limits.dhtDisjointPaths,
    // A query without anybody to ask ends at once; joining decides when to look again.
    allowQueryWithZeroPeers: true,
  })({
    peerId: components.peerId,
    privateKey: components.privateKey,
    registrar: components.registrar,
    addressManager: components.addressManager,
    peerStore: components.peerStore,
    connectionManager: components.connectionManager,
    datastore: components.datastore,
    events: components.events,
    logger: components.logger,
    ping: pingOfConnected(components),
  });
  invariant('routingTable' in dht, 'kad-dht has a routing table');
  return dht as SingleKadDHT;
}

/**
 * The routing table pings every peer that it hears of before it takes it in, and so connects to all of them:
 * forty peers held 25-30 connections each within seconds. Here it takes in those that are connected anyway,
 * whose life the connection monitor watches: no ping is needed for that.
 */
function pingOfConnected({ connectionManager, ping }: Pick<KadDHTComponents, 'connectionManager' | 'ping'>): Ping {
  return {
    ping(peer, options) {
      if (!('type' in peer)) return ping.ping(peer, options);
      const connection = connectionManager.getConnections(peer).find(({ status }) => status === 'open');
      if (connection === undefined) return Promise.reject(new NetworkError('dial-failed', 'Not dialled for the routing table alone'));
      return Promise.resolve(connection.rtt ?? 0);
    },
  };
}
