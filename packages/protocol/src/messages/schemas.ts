import * as z from 'zod';
import { leaseId } from '../documents/facts.ts';
import { bytes, cid, count, exactBytes, label, peerId, reason, text, unitIndex } from '../fields.ts';
import { limits } from '../limits.ts';

const entryBytes = bytes(limits.maxEntryBytes + limits.maxEnvelopeOverheadBytes);
const delegationBytes = bytes(limits.maxDelegationBytes);
const advertBytes = bytes(limits.maxAdvertBytes + limits.maxEnvelopeOverheadBytes);
const units = z.array(unitIndex).max(limits.maxWindowUnits);

/** Requester to worker: would you run this? From a steward with the delegation that names it, and in gossip its own name. */
export const offer = z.object({ posted: entryBytes, delegated: delegationBytes.optional(), by: peerId.optional() });
/** Worker to requester: no, and why. */
export const decline = z.object({ job: cid, reasons: z.array(reason).min(1).max(limits.maxReasons) });
/** Facts about a job, either way. */
export const entries = z.object({ job: cid, entries: z.array(entryBytes).max(limits.maxFactsPerEntry) });
/**
 * Worker to requester, repeated as a heartbeat: what I have of this lease's units, and how many more I would take.
 * Renews the lease; what is not listed here is lost and will be assigned anew.
 */
export const pull = z.object({
  job: cid,
  lease: leaseId,
  /** Queued or running. */
  running: units,
  /** So many of them, the first ones, are begun. */
  begun: z.int().min(0).max(limits.maxWindowUnits).optional(),
  /** Finished, and not yet known to be settled. */
  done: units,
  want: z.int().min(0).max(limits.maxWindowUnits),
  /** Slots for which there is no work here, of no job. */
  idle: z.int().min(0).max(limits.maxWindowUnits).optional(),
  /** I restarted or was cut off: all that is not listed is lost, assignments on their way included. */
  reset: z.boolean(),
});
/** Requester to worker: run these, stop those. */
export const assign = z.object({
  job: cid,
  lease: leaseId,
  run: units,
  drop: units,
  /** To be forgotten, unless they are begun: somebody idle has them now. */
  spare: units.optional(),
  /** Of the units to run, those that somebody else began: from where to go on. */
  resume: z.array(z.object({ unit: unitIndex, checkpoint: cid })).max(limits.maxResumesPerMessage).optional(),
});
/** Requester to worker: all commitments are in, show what you have. */
export const reveal = z.object({ job: cid, lease: leaseId, units });
/** Worker to requester: how far a unit is. */
export const progress = z.object({
  job: cid,
  unit: unitIndex,
  fraction: z.number().min(0).max(1),
  text,
});
/** Worker to requester: what a running unit's program says that it has found so far, in place of what it said before. Nobody has verified it. */
export const partial = z.object({
  job: cid,
  unit: unitIndex,
  text: z.string().max(limits.maxPartialLength),
});
/** Worker to requester: a running unit was saved, and this is the checkpoint; or it cannot be, and why. */
export const checkpointed = z.object({
  job: cid,
  unit: unitIndex,
  /** Used so far. */
  fuel: count,
  checkpoint: cid.optional(),
  /** Of all that the checkpoint names, and itself. */
  bytes: count.optional(),
  reason: reason.optional(),
});
/** Worker to requester: standard error of a unit. */
export const log = z.object({ job: cid, unit: unitIndex, bytes: bytes(limits.maxLogBytes) });
/** Either way: I know nothing of this job or lease (any more). */
export const unknownLease = z.object({ job: cid, lease: leaseId, reason });
/**
 * Requester or steward, repeated: I act for this job, and shall for so long. To the stewards and keepers, to whom it comes
 * with posting and delegation until they know the job, and to the workers.
 */
export const acting = z.object({
  job: cid,
  forMs: z.int().min(0).max(limits.maxActingMs),
  posted: entryBytes.optional(),
  delegated: delegationBytes.optional(),
});
/** Who would do for such a job? Answered with adverts, by whoever knows some; with silence otherwise. */
export const seek = z.object({
  engine: label,
  /** What a unit must be given at least. */
  memoryBytes: count,
  /** Label selector; empty for anybody. */
  where: text,
  /** Of which at least one shard must be there. */
  dataset: cid.optional(),
  most: z.int().min(1).max(limits.maxSoughtAdverts),
});
/** Adverts that I hold: to a new neighbour, now and then to some neighbour, and to whoever seeks. */
export const adverts = z.object({ adverts: z.array(advertBytes).max(limits.maxAdvertsPerMessage) });

/** Ids in (after, upTo], as digests; empty bounds mean the ends. Either a fingerprint of what I hold there, or the ids. */
const range = z.object({
  after: bytes(32),
  upTo: bytes(32),
  print: exactBytes(16).optional(),
  ids: z.array(exactBytes(32)).max(limits.maxReconcileIds).optional(),
});
/** Set reconciliation of two ledgers of one job. */
export const reconcile = z.object({
  job: cid,
  ranges: z.array(range).max(limits.maxReconcileRanges),
  want: z.array(exactBytes(32)).max(limits.maxReconcileIds),
});
