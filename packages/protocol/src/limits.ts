/** Bounds of everything that crosses the wire. Reasons beside them; docs/LIMITS.md is checked against this table. */
export const limits = {
  /** Lists and maps inside each other; the deepest document has 8. Deeper ones would end in a stack overflow, earlier on one peer than on another. */
  maxNesting: 32,
  /** Entries of one list or map: a job's shards are the longest. */
  maxListLength: 8_192,
  /** Values in one document, so that a megabyte of empty lists costs as much as a full one of ours: 8,192 shards of 9. */
  maxItemsPerDocument: 131_072,
  /** What an envelope adds to its document: key, signature, names and lengths. */
  maxEnvelopeOverheadBytes: 160,
  /** A signed entry: a posted job with 8,192 shards fits. */
  maxEntryBytes: 1_048_576,
  /** Facts in one entry: a full window of units committed, revealed or accepted at once. */
  maxFactsPerEntry: 256,
  /** Any message between engines: one entry of full size and its frame. */
  maxMessageBytes: 1_114_112,
  /** A gossiped advert: fifty neighbours' worth must fit in one message. */
  maxAdvertBytes: 16_384,
  /** Adverts handed to a new neighbour at once. */
  maxAdvertsPerMessage: 64,
  /** Adverts in the answer to a peer that seeks workers. */
  maxSoughtAdverts: 16,
  maxNameLength: 120,
  maxTextLength: 1_024,
  /** Of what a running unit has found so far: told again and again, and kept for each unit at work. */
  maxPartialLength: 4_096,
  maxArgs: 64,
  maxArgLength: 4_096,
  maxEnv: 64,
  maxUnits: 1_000_000,
  maxShards: 8_192,
  maxShardNameLength: 255,
  maxQuorum: 15,
  /** Peers to whom one job is delegated, and that keep its results: each gets every fact of it. */
  maxStewards: 7,
  maxKeepers: 7,
  /** The signed delegation that a steward shows: fourteen names, and its envelope. */
  maxDelegationBytes: 4_096,
  /** How long a word that somebody acts for a job may hold: stewards wait for so long at most. */
  maxActingMs: 600_000,
  /** Roles in an advert. */
  maxRoles: 8,
  /** Name of a block of addresses: `2001:db8:1234::/48`. */
  maxNetworkLength: 64,
  maxRetries: 20,
  /** Datasets in one advert; more are found through the DHT. */
  maxDatasetsPerAdvert: 64,
  maxAddresses: 16,
  maxAddressLength: 256,
  maxLabels: 32,
  maxLabelLength: 64,
  maxEngines: 16,
  /** Units of one worker in flight: assigned, running or waiting for their reveal. */
  maxWindowUnits: 256,
  /** A result document, carried in its reveal. */
  maxResultBytes: 65_536,
  /** Standard output and files up to this size lie inside the result document; larger ones are linked. */
  maxInlineOutputBytes: 16_384,
  /** All outputs inside a result document: the other half is for 256 names and links. */
  maxInlineTotalBytes: 32_768,
  /** A result's files. */
  maxOutputFiles: 256,
  maxOutputPathLength: 255,
  /** Who ran a unit up to a checkpoint; of a longer chain the last ones are named. */
  maxCheckpointAuthors: 16,
  /** Files that one checkpoint names: packs of pages, and pieces of standard output; then they are written together. */
  maxCheckpointParts: 64,
  /** Pages of 64 KiB: 4 GiB of memory and 512 MiB of files and frames. */
  maxCheckpointPages: 73_728,
  /** A checkpoint's document: twelve bytes a page, the log, and its names. */
  maxCheckpointBytes: 1_048_576,
  /** Checkpoints named in one assignment. */
  maxResumesPerMessage: 32,
  /** Log lines a worker sends back for one unit. */
  maxLogBytes: 65_536,
  /** Ranges and ids in one reconcile message. */
  maxReconcileRanges: 1_024,
  maxReconcileIds: 1_024,
  /** An invitation to a private mesh: all roles and labels with values of full length. */
  maxInvitationBytes: 6_144,
  /** What a member shows, in a handshake and in its advert. */
  maxMembershipBytes: 7_168,
  /** Peers, and invitations, that one list revokes; it travels whole, so that the newest alone counts. */
  maxRevoked: 4_096,
  maxRevocationsBytes: 327_680,
  /** A token that a person passes on: an invitation, its key, and addresses to join by. */
  maxTokenBytes: 16_384,
  /** Reasons in a decline. */
  maxReasons: 16,
  /** Clock of a stranger may be ahead of ours by this much before its documents are refused. */
  maxClockSkewMs: 120_000,
} as const;
