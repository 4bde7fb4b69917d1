import { noise } from '@chainsafe/libp2p-noise';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { gossipsub, StrictNoSign, type GossipSub } from '@libp2p/gossipsub';
import { identify, identifyPush, type Identify, type IdentifyPush } from '@libp2p/identify';
import type { ConnectionEncrypter, Libp2p, PrivateKey } from '@libp2p/interface';
import type { AddressManager, TransportManager } from '@libp2p/interface-internal';
import type { SingleKadDHT } from '@libp2p/kad-dht';
import { mdns } from '@libp2p/mdns';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { ping, type Ping } from '@libp2p/ping';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { signerFromSeed, systemCrypto, type Doorkeeper } from '@shoal/runtime';
import type { NetworkLimits } from './defaults.ts';
import { BoundedDatastore } from './dht/bounded-datastore.ts';
import { createDht } from './dht/create-dht.ts';
import type { Guard } from './guard/guard.ts';
import { AdmittingEncrypter } from './members/admitting-encrypter.ts';
import type { Exposition } from './metrics/prometheus.ts';
import { countingProtector, type WireCount } from './metrics/counted-stream.ts';
import { silentComponentLogger } from './logging/silent-logger.ts';
import type { Names } from './names.ts';
import type { Observed } from './reach/observed.ts';
import { tcpFromOnePort, type OnePort } from './reach/one-port.ts';
import { holePunching } from './reach/punch.ts';
import type { RelayBudget } from './reach/relay-budget.ts';
import { relayServer, type RelayServer } from './reach/relay-server.ts';
import { addressSorter } from './reach/sort.ts';
import type { portMapping } from './reach/upnp.ts';

export interface NodeServices extends Record<string, unknown> {
  identify: Identify;
  identifyPush: IdentifyPush;
  ping: Ping;
  dht: SingleKadDHT;
  gossip: GossipSub;
  relay: RelayServer;
  punch: unknown;
  /** Parts of libp2p that have no place in its public face. */
  inside: Inside;
}

export interface Inside {
  addressManager: AddressManager;
  transportManager: TransportManager;
}

/** The libp2p node as the rest of this package sees it. */
export type MeshNode = Libp2p<NodeServices>;

export interface NodeInit {
  privateKey: PrivateKey;
  names: Names;
  listen: string[];
  mdns: boolean;
  limits: NetworkLimits;
  guard: Pick<Guard, 'isBanned'>;
  doorkeeper?: Doorkeeper | undefined;
  count: WireCount;
  ownIps(): string[];
  onePort: OnePort;
  observed: Observed;
  relayBudget: RelayBudget;
  exposition?: Exposition | undefined;
  /** Loaded only when it is asked for. */
  portMapping?: typeof portMapping | undefined;
}

export function privateKeyFromSeed(seed: Uint8Array): PrivateKey {
  const raw = new Uint8Array(64);
  raw.set(seed);
  raw.set(signerFromSeed(seed).publicKey, 32);
  return privateKeyFromRaw(raw);
}

/** Puts libp2p together, not yet started. Each departure from its defaults has its reason here. */
export function createNode(init: NodeInit): Promise<MeshNode> {
  const { limits, names, guard } = init;
  const self = peerIdFromPrivateKey(init.privateKey).toCID().toString();

  return createLibp2p<NodeServices>({
    start: false,
    privateKey: init.privateKey,
    logger: silentComponentLogger,
    ...(init.exposition === undefined ? {} : { metrics: init.exposition.libp2p }),
    nodeInfo: { name: 'shoal', version: '1', userAgent: 'shoal/1' },
    addresses: { listen: init.listen },
    datastore: new BoundedDatastore(
      [
        { prefix: '/peers/', maxEntries: limits.maxPeerRecords },
        { prefix: '/', maxEntries: limits.maxDhtRecords },
      ],
      (key) => key.endsWith(self),
    ),
    transports: [tcpFromOnePort(init.onePort), circuitRelayTransport()],
    // Another prologue, another handshake: a peer of another mesh does not get past it.
    connectionEncrypters: [(components) => encrypterOf(init, components)],
    connectionProtector: () => countingProtector(init.count),
    streamMuxers: [
      yamux({
        streamOptions: {
          // The window may grow up to what may lie unread. By default it grows to four times the read buffer,
          // and a paused stream is then reset by its own side.
          maxStreamWindowSize: limits.streamWindowBytes,
          maxReadBufferLength: limits.streamWindowBytes + 65_536,
        },
      }),
    ],
    connectionManager: {
      // Trimming is ours: libp2p's pruner leaves alone whatever carries a gossip stream, hence everything.
      maxConnections: limits.maxConnections,
      // By address and second; the default of five refuses peers that share one.
      inboundConnectionThreshold: limits.inboundConnectionsPerAddressPerSecond,
      maxIncomingPendingConnections: limits.maxPendingInboundConnections,
      maxParallelDials: limits.maxParallelDials,
      maxDialQueueLength: limits.maxDialQueue,
      dialTimeout: limits.dialTimeoutMs,
      addressDialTimeout: limits.addressDialTimeoutMs,
      addressSorter: addressSorter(init.ownIps),
    },
    connectionMonitor: {
      protocolPrefix: names.prefix,
      pingInterval: limits.pingIntervalMs,
      pingTimeout: { minTimeout: limits.pingTimeoutMs },
    },
    connectionGater: {
      denyDialPeer: (peer) => guard.isBanned(peer.toString()),
      denyInboundEncryptedConnection: (peer) => guard.isBanned(peer.toString()),
    },
    ...(init.mdns ? { peerDiscovery: [mdns({ serviceTag: names.mdns })] } : {}),
    services: {
      identify: identify({ protocolPrefix: names.prefix }),
      identifyPush: identifyPush({ protocolPrefix: names.prefix }),
      ping: ping({ protocolPrefix: names.prefix, maxInboundStreams: 8 }),
      relay: relayServer({ limits, guard, budget: init.relayBudget }),
      punch: holePunching(init.observed, init.onePort),
      ...(init.portMapping === undefined ? {} : { upnp: init.portMapping() }),
      inside: ({ addressManager, transportManager }: Inside) => ({ addressManager, transportManager }),
      dht: (components) => createDht({ ...init, components }),
      gossip: gossipsub({
        // Messages carry their own signature inside; a second one would cost both sides 0.2 ms each.
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: (message) => systemCrypto.sha256(message.data),
        fallbackToFloodsub: false,
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true,
        // One message after the other: a flood waits in its sender's socket rather than in our memory.
        awaitRpcHandler: true,
        awaitRpcMessageHandler: true,
        D: limits.gossipDegree,
        Dlo: limits.gossipDegreeMin,
        Dhi: limits.gossipDegreeMax,
        Dscore: Math.min(4, limits.gossipDegreeMin),
        Dout: Math.min(2, limits.gossipDegreeMin - 1),
        maxInboundStreams: 4,
        maxOutboundStreams: 4,
        maxInboundDataLength: limits.maxGossipFrameBytes,
        maxOutboundBufferSize: limits.maxGossipBufferBytes,
        maxTopicBytesPerPeer: limits.maxTopicBytesPerPeer,
        // A busy machine answers late; that is no misbehaviour.
        gossipsubIWantFollowupMs: 10_000,
        scoreParams: {
          // Peers behind one address are the normal case (an office, a test), not an attack.
          IPColocationFactorWeight: 0,
          behaviourPenaltyThreshold: 6,
          behaviourPenaltyDecay: 0.9,
        },
      }),
    },
  });
}

function encrypterOf({ names, doorkeeper, limits }: NodeInit, components: Parameters<ReturnType<typeof noise>>[0]): ConnectionEncrypter {
  const encrypter = noise({ prologueBytes: names.handshake })(components);
  return doorkeeper === undefined ? encrypter : new AdmittingEncrypter(encrypter, doorkeeper, limits);
}
