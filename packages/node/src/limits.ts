/** Bounds of the daemon and the command, the reason beside each. docs/LIMITS.md is checked against this table. */
export const limits = {
  /** A request to the local socket: 64 arguments of 4 KiB, 64 variables and a name fit several times. */
  maxRequestBytes: 2_097_152,
  /** Headers and path of a request; ours take some hundred bytes. */
  maxRequestHeaderBytes: 8_192,
  /** Connections to the local socket at once: a hundred terminals that watch. */
  maxApiConnections: 128,
  /** Collectors that ask for figures at once: one, and whoever looks by hand. */
  maxMetricsConnections: 8,
  /** From connecting to a whole request; the other side is on the same machine. */
  requestTimeoutMs: 10_000,
  /** One line of a stream that the command reads: a result document with its output. */
  maxStreamLineBytes: 67_108_864,
  /** A whole answer that is not a stream: 8,192 units of a job with their reasons. */
  maxAnswerBytes: 67_108_864,
  /** Jobs in one list. */
  maxJobsListed: 1_000,
  /** Lines of a trace that are shown unless all are asked for: half of them its first, half its last. */
  traceLines: 200,
  /** Receipts in one list. */
  maxReceiptsListed: 1_000,
  /** A file of receipts: the hundred thousand that a peer exports take half of it. */
  maxReceiptsFileBytes: 268_435_456,
  /** Paths in `data add --only`. */
  maxOnlyNames: 8_192,
  maxPathLength: 4_096,
  /** Between two progress lines of a stream. */
  progressEveryMs: 100,

  /** A watched job is looked at this often even when no news of it came: what it waits for may have changed. */
  viewEveryMs: 500,

  /** Leaving after the first Ctrl-C; past it the process ends anyway. */
  stopMs: 2_500,
  /** How often `up` looks whether it has neighbours, until it has. */
  readyPollMs: 100,
  /** How often `up` looks whether it still has neighbours. */
  neighbourPollMs: 2_000,
  /** Alone for this long, `up` says so and how others join. */
  aloneAfterMs: 1_500,
  /** A socket's address has 108 bytes on Linux and 104 on macOS, with its closing zero. */
  maxSocketPathBytes: 103,

  /** Between two looks of `peers --watch`. */
  watchPeersMs: 1_000,

  /** How long `run` waits for news of a dataset that nobody known advertises: adverts travel for a second or two. */
  hearsayMs: 3_000,
  hearsayPollMs: 200,

  /** Program output that `run` prints on a terminal without being asked for a folder. */
  maxPrintedBytes: 67_108_864,
  /** Lines of progress where no terminal is: one at most in this time. */
  sparseEveryMs: 2_000,

  /** Restarts of a supervised child before it is given up. */
  maxRestarts: 5,
  /** First pause before a restart; doubled each time, with jitter. */
  restartMinMs: 500,
  restartMaxMs: 30_000,
  /** A child that ran this long starts again with the first pause. */
  steadyAfterMs: 60_000,
  /** Standard error kept of a child, for the text of its failure. */
  maxChildTailBytes: 8_192,
  /** One line of a child's standard output. */
  maxChildLineBytes: 65_536,
  /** From SIGTERM to SIGKILL. */
  childStopMs: 4_000,

  /** The whole demo. It takes a sixth of this on two cores that have nothing else to do. */
  demoMs: 180_000,
  /** How often the demo asks each peer how it is. */
  demoPollMs: 150,
  /** The same while it waits for the moment to kill a worker in the middle of a unit. */
  demoHuntPollMs: 8,
  /** Room in the temporary folder: 106 MB of shards, their copies on two peers, and as much again. */
  demoRoomBytes: 500_000_000,
} as const;
