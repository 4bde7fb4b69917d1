/** Timings and bounds of the engine. Milliseconds unless the name says otherwise. */
export const defaults = {
  /** Adverts are repeated this often; others forget them after their time to live. */
  advertiseEveryMs: 15_000,
  /** Changes of what is held are told after this pause, so that a burst makes one advert. */
  advertiseSoonMs: 150,
  advertTtlMs: 60_000,
  /** Known peers; the stalest are dropped first, which is safe since adverts are repeated. */
  maxRoster: 4_096,
  /** An offer without an answer by then counts as silence. */
  offerTimeoutMs: 3_000,
  /** After silence or a decline the same peer is asked again after this, doubled each time, jittered. */
  reofferMinMs: 2_000,
  reofferMaxMs: 120_000,
  /** When so long after posting too few have bid, the offer is gossiped. */
  gossipOfferAfterMs: 2_500,
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
  /** A worker aims to hold this much work ahead. */
  windowMs: 400,
  /** Jobs a worker serves at once; more are declined as busy. */
  maxWorkedJobs: 64,
  /** What a job's ledger may take of its worker's journal and memory: so much, and so much a unit. Then the worker leaves. */
  maxWorkedLedgerBytes: 8_388_608,
  maxWorkedLedgerBytesPerUnit: 4_096,
  /** A unit that failed at a peer is given to it again only after this, doubled each time, jittered. */
  retryMinMs: 1_000,
  retryMaxMs: 300_000,
  /** Log text kept for one job at its requester; later text is dropped. */
  maxJobLogBytes: 1_048_576,
  /** Progress messages of one unit are at least this far apart. */
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
  /** New facts go to stewards and keepers at most this often: a burst is one message. */
  shareEveryMs: 250,
  /** A requester that comes back hears its stewards out before it gives out work. */
  returnGraceMs: 4_000,
  /** Jobs that a peer stewards or keeps for others; more are refused. */
  maxStewarded: 64,
  /** The ledgers of all of them; an inline result lies in its ledger. */
  maxStewardedBytes: 268_435_456,
  /** Outputs kept for others; what comes beyond is not, and nobody is told that it was. */
  maxKeptBytes: 2_147_483_648,
  /** They are freed when the requester was not heard of for a week. */
  stewardRetentionMs: 604_800_000,
  /** Fetching one result may fail so often before the job does. */
  maxFetchAttempts: 8,
} as const;

export type Timings = { -readonly [K in keyof typeof defaults]: number };
