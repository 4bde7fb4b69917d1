/** What a peer does unless told otherwise; bounds of the embedding library. */
export const peerDefaults = {
  mesh: 'public',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  /** A job's results need two matching runs by distinct peers. */
  quorum: 2,
  retries: 3,
  /** Peers that go on with a job while its requester is away, and that keep its results: one may be gone as well. */
  stewards: 2,
  keepers: 2,
  unitMemoryBytes: 256 * 1_048_576,
  /** Most memory that one unit of a stranger is given. */
  maxUnitMemoryBytes: 1_073_741_824,
  /** Names in one list of requesters or programs that its owner gives. */
  maxPolicyNames: 10_000,
  /** Stretches of time in its hours: what people write by hand. */
  maxHoursRanges: 64,
  unitWallMs: 300_000,
  unitOutputBytes: 67_108_864,
  unitLogBytes: 65_536,
  /** A program is loaded whole. */
  maxProgramBytes: 134_217_728,
  /** A program found in the store is taken to be there for so long: units that do nothing need not ask the disk for each. */
  seenProgramMs: 1_000,
  /** Bringing a program or a shard to a unit may take so long. */
  fetchTimeoutMs: 600_000,
  /** A running unit is saved so often. */
  checkpointEveryMs: 60_000,
  /** At most that part of run time goes into saving. */
  checkpointShare: 0.03,
  /** What running so that it can be saved costs, as part of the run time: median of the kernels of PERFORMANCE.md. */
  checkpointOverhead: 0.25,
  /** The same of a script, whose interpreter is what can be saved: measured 0.7 to 0.75 of its metered time. */
  scriptCheckpointOverhead: 0.75,
  /** A unit is taken to be interrupted once in that time: what lends itself on people's machines comes and goes. */
  interruptedEveryMs: 1_200_000,
  /** A checkpoint that is larger is not fetched: the unit begins anew. */
  maxCheckpointBytes: 1_073_741_824,
  /** Running units have so long to be saved before they are made to stand still: whoever pauses wants the machine. */
  saveAtPauseMs: 3_000,
  /** Running units have so long to be saved when the peer stops. */
  saveAtStopMs: 8_000,
  /** Accepted units whose outputs are brought here at once; a restart may find thousands to be brought. */
  maxResultFetches: 8,
  /** A bidder that is to show blocks of what it claims to hold has so long: three blocks of 1 MiB over 1.3 Mbit/s. */
  challengeMs: 20_000,
  /** Levels of a shard's DAG that are walked for it: three hold the largest file. */
  maxChallengeDepth: 8,
  /** Bidders that are challenged at once, at a block of memory each: those that stall must not keep others waiting long. */
  maxChallenges: 24,
  /** Looking for holders beyond those whose adverts are known. */
  findProvidersMs: 5_000,
  maxProviders: 8,
  /** A blob that nobody known holds is waited for so long: adverts and records of a fresh mesh are on their way for a second or two. */
  awaitHoldersMs: 15_000,
  /** The same for a name: no record in the DHT leads from a name to a dataset, and a typo should be told soon. */
  awaitNameMs: 3_000,
  /** Meanwhile adverts are looked at again so often, and the DHT is asked again after this. */
  holdersPollMs: 50,
  providersPollMs: 1_000,
  /** Addresses are looked at again so often; a change is advertised. */
  addressesEveryMs: 1_000,
  /** Watchers of a job are told at most this often. */
  watchEveryMs: 100,
  /** Ledgers of finished jobs that are kept in memory. */
  maxFinishedLedgers: 32,
  maxJobsListed: 1_000,
  /** Jobs of the journal that are looked at for those of this peer, at once and in all: others' are among them. */
  jobsPage: 1_000,
  maxJobsSearched: 1_000_000,
  /** Jobs whose fetched outputs are remembered for a trace, and how many of each; since the peer started. */
  maxMovedJobs: 64,
  maxMovesPerJob: 1_024,
  /** Events that one trace tells: a job of 100,000 units has more, and its first and last ones are told. */
  maxTraceEvents: 10_000,
} as const;

export const agent = 'shoal/0.1.0';
