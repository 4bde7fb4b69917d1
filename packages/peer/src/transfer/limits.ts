const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of block exchange, with its unit in the name. Both sides know the first three. */
export const transferLimits = {
  /** Header of a frame: a request for the most blocks fits. */
  headerBytes: 16 * KiB,
  /** Largest block on the wire: what the store takes in. */
  blockBytes: 2 * MiB,
  /** Blocks of one request. */
  blocksPerRequest: 128,

  // Fetching
  /** Holders that one transfer uses at once; more are kept for when one of them fails. */
  holders: 6,
  /** Asked of one holder and not yet come, at first and at most: a second's worth at the speed it showed. */
  firstWindowBytes: 2 * MiB,
  windowBytes: 8 * MiB,
  windowBlocks: 128,
  /** What a block is taken for whose size is not known: a node. */
  guessedBlockBytes: 64 * KiB,
  /** Of one transfer, on their way to the store at once: few large blocks, since each takes memory, and many small ones, since they are flushed together. */
  storingBytes: 2 * MiB,
  storingBlocks: 64,
  /** Blocks known to be needed before the walk pauses: it goes on as they come. */
  wanted: 1024,
  /** A holder that sends nothing for so long is left. */
  stallMs: 10_000,
  /** A block must be complete so long after the one before it: 1 MiB over 0.3 Mbit/s. */
  blockMs: 30_000,
  /** Towards the end an idle holder is asked for what another has owed for so long. */
  stealAfterMs: 500,
  /** Tries of a holder whose stream broke and that gave nothing since, and the wait before the second. */
  attempts: 3,
  retryMs: 500,
  /** Rounds over a DAG that turns out to be incomplete at its end: a block was found damaged meanwhile. */
  rounds: 3,
  /** Taken in beyond the bytes of content that the caller allows: nodes above the leaves. */
  overheadBytes: 4 * MiB,

  // Streams kept open between transfers
  idlePerPeer: 2,
  idleStreams: 32,
  /** Below what the other side waits for a request. */
  idleMs: 15_000,
  /** For the other side to end a stream that this one ended. */
  lingerMs: 5_000,

  // Where a peer's owner caps what it sends or fetches
  /** What a cap lets through at once after a pause: less would leave gaps where timers come late. */
  paceBurstMs: 100,
  /** Sent at a time, so that transfers share a cap evenly. */
  paceSliceBytes: 16 * KiB,
  /** What each of those served at once is to get of a cap: a block of 1 MiB within `blockMs`, and something over. More are refused, and come again. */
  pacedStreamBytesPerSecond: 48 * KiB,
  /** The smallest cap: two transfers at once. */
  minCapBytesPerSecond: 96 * KiB,

  // Serving
  streamsPerPeer: 8,
  streams: 32,
  /** A stream without a request for so long is ended. */
  requestIdleMs: 30_000,
  /** The other side must take a block within this time. */
  blockSendMs: 60_000,
  /** Blocks looked up for one peer: at a MiB each far beyond any link, for small ones 0.1 core. */
  lookupsPerSecond: 4_000,
  lookupBurst: 8_000,
  /** Peers whose rate is remembered. */
  ratedPeers: 1_024,
} as const;

export type TransferLimits = { [K in keyof typeof transferLimits]: number };
