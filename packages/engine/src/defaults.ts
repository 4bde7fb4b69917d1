/** Timings and bounds of the engine. Milliseconds unless the name says otherwise. */
export const defaults = {
  /** In a small mesh, a peer gossips its advert this often; others forget it after its time to live, four times as long. */
  advertiseEveryMs: 15_000,
  advertTtlMs: 60_000,
  /** Or so much for every peer known, if that is more: all together gossip at most five adverts a second. */
  advertSpacingMs: 200,
  /** Changes of what is held are told after this pause, so that a burst makes one advert; so are peers just heard of. */
  advertiseSoonMs: 150,
  /** Neighbours who are told of peers just heard of: each tells as many, which reaches nineteen of twenty; gossip does the rest. */
  newsPeers: 3,
  /** With more known peers a mesh is large: adverts are not gossiped to all any more but handed on, so that each peer knows a sample. */
  largeMeshPeers: 256,
  /** With fewer it is small again. Far apart, so that no peer goes to and fro. */
  smallMeshPeers: 64,
  /** In a large mesh, a peer hands so many adverts to so many neighbours this often: 32 adverts a minute, whatever the size of the mesh. */
  shuffleEveryMs: 60_000,
  shufflePeers: 2,
  shuffleAdverts: 16,
  /** Bytes of adverts handed over at once, where they name many datasets. */
  maxShuffleBytes: 65_536,
  /** Its own is signed anew this often, or when what it says has changed. */
  resignAdvertMs: 300_000,
  /** Time to live there: a roster is what came in that time. Where one peer in five leaves in an hour, one known peer in twenty-five is gone. */
  sampledAdvertTtlMs: 1_800_000,
  /** Adverts older than so much of their life are not handed on: what travels is fresh, and stays for long. */
  handOnShare: 0.25,
  /** Time to live once half as many are known as make a mesh large: what everybody heard by gossip lasts until the handing on has filled the rosters. */
  growingAdvertTtlMs: 600_000,
  /** Known peers: all of a small mesh, a sample of a large one. Those of the largest group are dropped first; adverts are repeated. */
  maxRoster: 1_024,
  /** An offer without an answer by then counts as silence. */
  offerTimeoutMs: 3_000,
  /** After silence or a decline the same peer is asked again after this, doubled each time, jittered. */
  reofferMinMs: 2_000,
  reofferMaxMs: 120_000,
  /** When so long after posting too few have bid, the offer is gossiped. */
  gossipOfferAfterMs: 2_500,
  /** The same in a large mesh, where that reaches thousands: asking in widening circles comes first. */
  gossipOfferWidelyAfterMs: 10_000,
  /** Peers asked whom they know, in the first circle; twice as many in each that follows, up to the second. */
  seekWidth: 8,
  maxSeekWidth: 32,
  /** Between two circles: an answer from another continent, dialling included. */
  seekEveryMs: 700,
  /** 8 + 16 + 4 x 32 peers: in a mesh of ten thousand they know everybody about six times over. */
  maxSeekCircles: 6,
  /** A search that found too few begins anew after this, doubled each time. */
  seekAgainMinMs: 15_000,
  seekAgainMaxMs: 600_000,
  /** It is gossiped again after this, doubled each time, while it finds too few. */
  regossipMinMs: 30_000,
  regossipMaxMs: 600_000,
  /** Peers asked beyond those needed: late binding. */
  spareOffers: 2,
  /** Leases of one job. */
  maxLeases: 64,
  /** A bid stands for this long. */
  bidTtlMs: 30_000,
  /** Bids outstanding at a worker; the oldest is dropped first: its award would then be refused, nothing worse. */
  maxBids: 256,
  /** The same for what the bids keep in memory: a posting may have a megabyte. */
  maxBidBytes: 16_777_216,
  /** Term of a lease; renewed at half. A worker keeps unreleased results until it ends. */
  leaseTermMs: 600_000,
  /** A worker that had a lease so lately gets one of the requester's next job of the same kind without being asked first; it may still decline. */
  keepLeaseMs: 10_000,
  /** Kinds of jobs of which that is remembered, of up to `maxLeases` workers each; of the others, workers are asked first. */
  maxKeptKinds: 64,
  /** A worker reports at least this often; it renews what it holds. */
  beatMs: 3_000,
  /** Without a report for so long, a worker's units go to others. */
  silenceMs: 12_000,
  /** The same after its connection broke: long enough to reconnect. */
  cutOffMs: 4_000,
  /** An assigned unit that two reports do not list was lost on the way. */
  assignGraceMs: 8_000,
  /** A run is overdue after this many times the job's mean, and not before the minimum; then another peer may run the unit too. */
  overdueFactor: 3,
  overdueMinMs: 5_000,
  /** The same while no run has ended yet. */
  overdueUnknownMs: 60_000,
  /** A worker that was asked to show its result and has not by then counts no more, until it does. */
  revealPatienceMs: 15_000,
  /** Results on one trusted peer's word that wait for its next check: with so many, one of them is checked. */
  maxHeldResults: 20,
  /** What is not urgent waits so long for company: one signature, one commit and one message for more facts. */
  companyMs: 20,
  /** Short units that are begun together in one slot, since they share a message to the sandbox: as many as that takes in one. */
  maxUnitsInSlot: 32,
  /** A worker aims to hold this much work ahead. */
  windowMs: 400,
  /** Results of one job that wait for their quorum or their acceptance, and units on hand, together: as many as two full windows. */
  maxUnsettledUnits: 512,
  /** Jobs a worker serves at once; more are declined as busy. */
  maxWorkedJobs: 64,
  /** When the owner's hours end, what runs for others may go on for so long; longer runs are saved and go to others. */
  hoursGraceMs: 60_000,
  /** So long may saving them take. */
  haltMs: 15_000,
  /** What a job's ledger may take of its worker's journal and memory: so much, and so much a unit. Then the worker leaves. */
  maxWorkedLedgerBytes: 8_388_608,
  maxWorkedLedgerBytesPerUnit: 4_096,
  /** A unit that failed at a peer is given to it again only after this, doubled each time, jittered. */
  retryMinMs: 1_000,
  retryMaxMs: 300_000,
  /** A unit's checkpoint that is larger stays with its worker: bringing it here would cost more than it saves. */
  maxCheckpointBytes: 268_435_456,
  /** All of them that are kept here, of all jobs: a worker may tell of one for each unit of its window. */
  maxSavedBytes: 4_294_967_296,
  /** Log text kept for one job at its requester; later text is dropped. */
  maxJobLogBytes: 1_048_576,
  /** Units of one job of which it is known what they have found so far: each is up to 4,096 characters. */
  maxPartials: 256,
  /** Progress messages of one unit are at least this far apart; so are those of what it has found. */
  progressEveryMs: 500,
  /** A job is delegated so long after its posting: one that is over by then needs nobody, and adverts have come. */
  delegateAfterMs: 1_000,
  /** Stewards and keepers that are gone, or too few, are looked for this often. */
  redelegateMs: 10_000,
  /** Whoever acts for a job says so this often to stewards, keepers and workers, and that it holds for so long. */
  actingEveryMs: 5_000,
  actingForMs: 15_000,
  /** A steward or keeper that was silent for so long is replaced, where somebody else is willing. */
  trusteeSilenceMs: 20_000,
  /** One that refused is not asked again for so long. */
  trusteeRefusalMs: 600_000,
  /** A steward or keeper that hears of nobody who acts asks the requester after this, doubled each time: the job may be over. */
  trusteeAskMinMs: 30_000,
  trusteeAskMaxMs: 600_000,
  /** New facts go to stewards and keepers at most this often: a burst is one message. */
  shareEveryMs: 250,
  /** A requester that comes back hears its stewards out before it gives out work. */
  returnGraceMs: 4_000,
  /** Jobs that a peer stewards or keeps for others; more are refused. */
  maxStewarded: 64,
  /** The ledgers of all of them; an inline result lies in its ledger. */
  maxStewardedBytes: 268_435_456,
  /** Programs and outputs kept for others; what comes beyond is not, and nobody is told that it was. */
  maxKeptBytes: 2_147_483_648,
  /** They are freed when the requester was not heard of for a week. */
  stewardRetentionMs: 604_800_000,
  /** Fetching one result may fail so often before the job does. */
  maxFetchAttempts: 8,
} as const;

export type Timings = { -readonly [K in keyof typeof defaults]: number };
