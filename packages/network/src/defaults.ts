import { limits as wire } from '@shoal/protocol';

const kibibyte = 1_024;
const mebibyte = 1_024 * kibibyte;

/** Every bound and interval of the network, with its reason. A caller may override any of them. */
export const networkDefaults = {
  // Neighbours
  /** Below eight neighbours gossip lost messages in trials of sixty peers; at eight none was lost. */
  neighbourFloor: 8,
  /** Above this, the least useful neighbours are let go: each connection costs about 0.3 MB. */
  neighbourCap: 24,
  /** How far down a trim goes, so that it does not run again at the next connection. */
  neighbourTarget: 20,
  /** A new connection is left alone that long: its peer may be joining through us. */
  trimGraceMs: 8_000,
  /** Connections beyond which a newcomer is refused outright. */
  maxConnections: 160,
  /** A handshake costs both sides about 3 ms; a whole office may share one address. */
  inboundConnectionsPerAddressPerSecond: 64,
  /** Handshakes at once. Those beyond are refused and come again in a moment; taken all together, all would time out. */
  maxPendingInboundConnections: 20,
  /** What a newcomer shows in a private mesh, before it is admitted: a membership and its frame. */
  maxGreetingBytes: wire.maxMembershipBytes + 64,
  /** What it may say right after: a list of revocations. */
  maxMemberNewsBytes: wire.maxRevocationsBytes + wire.maxEnvelopeOverheadBytes,
  /** Greetings and news of both sides, over a slow link. */
  admissionTimeoutMs: 10_000,
  maxParallelDials: 16,
  maxDialQueue: 256,
  dialTimeoutMs: 20_000,
  /** One address of several; the next is tried afterwards. A machine that forty peers join at once answers late. */
  addressDialTimeoutMs: 10_000,
  /** Every neighbour is pinged that often; an answer that stays away cuts the connection. */
  pingIntervalMs: 20_000,
  pingTimeoutMs: 15_000,
  /** Trimming, repair of gossip and search for lost neighbours are looked after that often. */
  upkeepIntervalMs: 1_000,

  // Joining
  /** Dials under way at once: more only make each other late, and overshoot the floor. */
  joinParallelDials: 4,
  /** Known peers tried in one round. */
  joinKnownPeers: 32,
  /** How long to wait for the DHT to know anybody, once connected. */
  tableWaitMs: 3_000,
  lookupTimeoutMs: 10_000,
  /** Random keys looked up in one round, after the own key. */
  randomLookups: 3,
  /** First wait before the floor is tried for again; doubled up to the maximum, with jitter. */
  joinBackoffMs: 250,
  joinBackoffMaxMs: 60_000,
  /** The longest wait while not connected to anybody. */
  isolatedBackoffMaxMs: 5_000,
  /** A neighbour that was lost (not let go) is dialled again after this; doubled up to the maximum. */
  lostRetryMs: 2_000,
  lostRetryMaxMs: 300_000,
  maxLostPeers: 64,
  maxKnownPeers: 256,
  /** Peers written to the peer store's file. */
  maxStoredPeers: 64,
  maxStoredBytes: 256 * kibibyte,
  storeDelayMs: 2_000,
  maxAddressesPerPeer: wire.maxAddresses,

  // Messages
  maxMessageBytes: wire.maxMessageBytes,
  /** Waiting for one peer; beyond it send() answers false. */
  maxQueuedMessages: 4_096,
  maxQueuedBytes: 16 * mebibyte,
  /** Peers with a queue at the same time. */
  maxOutboxes: 1_024,
  /** A message that could not be handed over in this time is dropped: whoever sent it has sent it again. */
  messageTtlMs: 30_000,
  /** Messages joined into one write. */
  batchBytes: 256 * kibibyte,
  messageBackoffMs: 200,
  messageBackoffMaxMs: 10_000,
  /** What one peer may send for long; handling one costs about 0.2 ms. */
  messagesPerSecond: 4_000,
  messageBurst: 16_000,
  messageBytesPerSecond: 32 * mebibyte,
  messageBurstBytes: 64 * mebibyte,
  /** A peer that kept us at its limit for this long without a pause is cut off. */
  maxThrottledMs: 30_000,
  /** A neighbour whose message stream was used within this time is not let go. */
  messageActiveMs: 60_000,

  // Gossip
  maxGossipBytes: wire.maxMessageBytes,
  /**
   * Neighbours in the mesh of one topic. Gossipsub's own maximum is 12: with two topics all of a peer's neighbours
   * could be in some mesh, and none could be let go.
   */
  gossipDegree: 6,
  gossipDegreeMin: 4,
  gossipDegreeMax: 10,
  /** One gossip frame carries several messages. */
  maxGossipFrameBytes: 4 * mebibyte,
  /** Unsent gossip for one neighbour; beyond it the stream is reset and opened anew. */
  maxGossipBufferBytes: 8 * mebibyte,
  /** What is published while nobody is there to hear it (a peer that has just joined) waits a while. */
  maxPendingGossip: 64,
  maxPendingGossipBytes: 4 * mebibyte,
  pendingGossipMs: 30_000,
  /** New messages that one neighbour may relay for long. */
  gossipPerSecond: 400,
  gossipBurst: 4_000,
  /** Rejected messages (or messages beyond the rate) a minute before the neighbour is cut off. */
  maxGossipStrikesPerMinute: 20,
  /** A connection this young may still be about to open its gossip stream; an older one without is repaired. */
  gossipSettleMs: 10_000,
  maxTopicBytesPerPeer: 32 * kibibyte,

  // Streams
  /**
   * Window of one stream, and with it what a reader that has become slow may have lying unread: 80 MB/s at 100 ms.
   * It begins at a quarter of a megabyte and grows while the reader keeps up. With 4 MiB, sending cost a third more.
   */
  streamWindowBytes: 8 * mebibyte,
  /** Read ahead of the consumer before the sender is held back. */
  readAheadBytes: mebibyte,
  /** A write or an awaited read without progress for this long fails. */
  streamStallMs: 60_000,
  /** How long the other side may keep a finished stream half open. */
  streamLingerMs: 10_000,
  maxInboundStreamsPerPeer: 16,
  maxInboundStreamsPerProtocol: 64,
  maxOutboundStreamsPerPeer: 64,

  // DHT
  /** Replicas of a provider record, and size of a bucket. */
  dhtReplication: 16,
  dhtParallelism: 3,
  dhtDisjointPaths: 2,
  provideParallelism: 3,
  provideTimeoutMs: 30_000,
  provideBackoffMs: 1_000,
  provideBackoffMaxMs: 300_000,
  /** Records live 48 hours with those who hold them; newcomers near the key get theirs by then. */
  reprovideMs: 6 * 3_600_000,
  maxProvided: 16_384,
  /** Provider records and peers held for others; the least used give way. */
  maxDhtRecords: 16_384,
  maxPeerRecords: 4_096,

  // Ways through NAT
  /** Addresses, relays and the verdict are looked after that often. */
  reachTurnMs: 1_000,
  /** Neighbours whose dial must fail before this peer takes itself for one that cannot be reached. */
  reachWitnesses: 3,
  /** How long a verdict holds before others are asked again; routers change, and one that cannot be reached waits for it. */
  reachAgainMs: 900_000,
  unreachableAgainMs: 180_000,
  /** One that would not or could not answer is asked again after this. */
  refusedAgainMs: 10_000,
  /** One try to dial back, and the ports tried: an address that answers does so at once. */
  dialBackMs: 4_000,
  maxDialBackPorts: 3,
  /** So long the connection made for it stays: the asker has to see it, and nobody should begin to use it. */
  dialBackLingerMs: 100,
  /** Dial-backs for others: each costs a handshake at most. One peer may ask once in the pause. */
  dialBacksPerMinute: 60,
  dialBackPauseMs: 20_000,
  /** Relays that hold a place for a peer that cannot be reached: one may leave. */
  relaysWanted: 2,
  relayRetryMs: 30_000,
  /** Peers that hold a place at this relay, and how long a place lasts before it is renewed. */
  maxRelayGuests: 64,
  relayReservationMs: 3_600_000,
  /** Circuits that one peer has open through this relay, and that lead to one guest. */
  maxRelayCircuitsPerPeer: 16,
  maxRelayCircuitsPerGuest: 32,
  /** Both ways together, for each peer that dials through this relay; a circuit beyond is cut, and none opened until it has recovered. */
  relayBytesPerPeerPerHour: 2_048 * mebibyte,
  maxRelayedPeers: 1_024,

  // Offenders
  banMs: 60_000,
  maxBanned: 1_024,
  /** What may stand against a peer before it is cut off: three forgeries, or five messages that are none, in short order. */
  maxOffencePoints: 100,
  /** What is small and rare is never punished; what has been cut off comes back with less to lose. */
  offencePointsForgivenPerSecond: 1,
  /** Peers whose points are remembered; those of the one that was reported longest ago are forgotten first. */
  maxOffenders: 1_024,

  // Stopping
  /** Streams and connections have this long to end in order. */
  stopGraceMs: 1_000,
} as const;

/** The same names, with the caller's numbers. */
export type NetworkLimits = { [K in keyof typeof networkDefaults]: number };
