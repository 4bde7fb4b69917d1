import type { Cid, PeerId } from '../brands.ts';
import type { Service } from './service.ts';

export type SubstreamErrorCode = 'stream-closed' | 'stream-timeout' | 'stream-oversize';

/** A two-way stream of bytes to one peer, encrypted, with back-pressure. */
export interface ByteStream {
  readonly peer: PeerId;
  /** Resolves when the stream takes more; rejects when it is gone. */
  write(chunk: Uint8Array): Promise<void>;
  /** What the other side writes, in order; ends when it closes its side. Read once. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Says that nothing more will be written and waits until that is flushed. */
  close(): Promise<void>;
  /** Drops the stream at once, on both sides. */
  abort(reason: Error): void;
}

export interface ConnectionInfo {
  peer: PeerId;
  /** Multiaddr of the other side. */
  address: string;
  direction: 'inbound' | 'outbound';
  /** Round trip time as last measured. */
  rttMs?: number;
}

/** What the network tells its owner. Handlers must not throw and must not block. */
export interface NetworkHandlers {
  /** A whole message from a peer, at most `maxMessageBytes`; its content is untrusted. */
  message(from: PeerId, bytes: Uint8Array): void;
  /** A gossiped message. `from` is the neighbour that relayed it, not its author. */
  gossip(topic: string, from: PeerId, bytes: Uint8Array): GossipVerdict;
  peerConnected(peer: PeerId): void;
  peerDisconnected(peer: PeerId): void;
}

/** accept: relay it. ignore: do not relay, nobody's fault. reject: do not relay, punish the relayer. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

/** Whether others can dial this peer, and how they reach it otherwise. */
export interface ReachStatus {
  verdict: 'unknown' | 'reachable' | 'unreachable';
  /** none: no NAT. steady: one that shows all others the same port. changing: one that does not. */
  nat: 'unknown' | 'none' | 'steady' | 'changing';
  /** Through whom others reach this peer. */
  relays: PeerId[];
  /** Whether this peer relays for others, for whom, and what went through so far. */
  relaying: boolean;
  guests: PeerId[];
  relayedBytes: number;
}

/**
 * full: the floor of neighbours holds. small: nobody else is to be found. alone: nobody was ever known.
 * isolated: somebody is known, and nobody answers.
 */
export type JoinState = 'starting' | 'full' | 'small' | 'alone' | 'isolated';

export interface NetworkStatus {
  addresses: string[];
  neighbours: number;
  /** True while the floor of neighbours holds (or there is nobody else to be found). */
  ready: boolean;
  joining: JoinState;
  /** From start to first ready. */
  readyAfterMs?: number;
  routingTableSize: number;
  bytesSent: number;
  bytesReceived: number;
  /** TCP connections that this peer has tried to make. */
  dials: number;
  reach: ReachStatus;
}

/** Peers, messages, gossip, provider records and streams. Knows nothing of what they mean. */
export interface Network extends Service {
  readonly peerId: PeerId;
  status(): NetworkStatus;
  connections(): ConnectionInfo[];
  /** Everything counted, in Prometheus's text format; empty where it was not asked for at the start. */
  figures(): Promise<string>;
  /** Exactly one owner; set before start(). */
  setHandlers(handlers: NetworkHandlers): void;

  /**
   * Queues a message on the one long-lived message stream to that peer, dialling if needed.
   * At most once, in order. False when it was refused at once (queue full, message too large).
   */
  send(to: PeerId, message: Uint8Array): boolean;
  publish(topic: string, message: Uint8Array): void;
  subscribe(topic: string): void;

  /** Remembers where a peer can be dialled (from its signed advert). */
  learnAddresses(peer: PeerId, addresses: string[]): void;
  /** Ends every connection with a peer that has no business here any more. */
  disconnect(peer: PeerId, reason: string): void;
  /**
   * Something that a peer did speaks against it, by so many points. They fade with time; at `maxOffencePoints` the
   * peer is cut off and refused for `banMs`.
   */
  report(peer: PeerId, points: number, reason: string): void;
  /** Connects to a multiaddr that ends in a peer id; resolves with that id. */
  dial(address: string, options?: { signal?: AbortSignal }): Promise<PeerId>;

  /** Announces in the DHT that this peer holds `cid`, and keeps it announced until stop or unprovide. */
  provide(cid: Cid): void;
  unprovide(cid: Cid): void;
  findProviders(cid: Cid, options: { signal: AbortSignal; limit: number }): AsyncIterable<PeerId>;

  /** Serves a stream protocol, for example `/shoal/blocks/1`. The handler's end closes the stream. */
  serve(protocol: string, handler: (stream: ByteStream) => Promise<void>): void;
  /** `signal` bounds the opening; what comes after is ended by `close()` (both sides must) or `abort()`. */
  open(to: PeerId, protocol: string, options: { signal: AbortSignal }): Promise<ByteStream>;
}
