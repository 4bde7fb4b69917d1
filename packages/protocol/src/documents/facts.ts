import * as z from 'zod';
import { bytes, cid, count, exactBytes, name, oneLine, peerId, reason, text, timestamp, unitIndex } from '../fields.ts';
import { limits } from '../limits.ts';
import { jobSpec } from './job-spec.ts';
import { operatorProof } from './operator.ts';

/** Lease ids are drawn at random by who awards. */
export const leaseId = z.string().min(1).max(32);

/** Requester: this is the job. The entry that carries it names the job. */
const posted = z.object({
  kind: z.literal('posted'),
  mesh: z.string().max(limits.maxNameLength),
  spec: jobSpec,
  nonce: exactBytes(16),
  /** In a private mesh: that I belong to it, so that a steward can show it when I am gone. */
  membership: bytes(limits.maxMembershipBytes).optional(),
});

/** Worker: what I would do for this job, until when the offer stands. */
const bid = z.object({
  kind: z.literal('bid'),
  /** Units I would hold at once. */
  slots: z.int().min(1).max(limits.maxWindowUnits),
  /** Bit i: the input of unit i is here already. */
  holds: bytes(limits.maxUnits / 8),
  /** When a slot becomes free. */
  startInMs: count,
  fuelPerSecond: count,
  /** Results are only compared within one class. */
  determinismClass: name,
  until: timestamp,
  /** Whose peer I am; absent: my own. */
  operator: operatorProof.optional(),
});

/** Requester or steward: this worker may pull units, until the term ends unless renewed. */
const leased = z.object({
  kind: z.literal('leased'),
  lease: leaseId,
  worker: peerId,
  until: timestamp,
  /** Whose peer the worker is, by the proof in its bid; absent: its own. Peers of one operator count once in a quorum. */
  operator: peerId.optional(),
  /** The block of addresses from which whoever awards saw it; peers of one block count once as well. */
  network: oneLine(limits.maxNetworkLength).optional(),
});
const released = z.object({ kind: z.literal('released'), lease: leaseId, worker: peerId, reason });

/** Worker: I have a result, and bind myself to it without showing it. */
const committed = z.object({ kind: z.literal('committed'), lease: leaseId, unit: unitIndex, commitment: exactBytes(32) });

/** Worker: this is what I had committed to. `result` is the CID of the result document, carried along. */
const revealed = z.object({
  kind: z.literal('revealed'),
  unit: unitIndex,
  salt: exactBytes(16),
  result: cid,
  document: bytes(limits.maxResultBytes),
});

/** Worker: my run of this unit ended without a result. */
const failed = z.object({ kind: z.literal('failed'), lease: leaseId, unit: unitIndex, reason, deterministic: z.boolean() });

/** Requester or steward: the quorum was reached by these workers. */
const accepted = z.object({
  kind: z.literal('accepted'),
  unit: unitIndex,
  result: cid,
  workers: z.array(peerId).min(1).max(limits.maxQuorum * 2),
});

/** Requester or steward: this unit will have no result. */
const abandoned = z.object({ kind: z.literal('abandoned'), unit: unitIndex, reason });
const cancelled = z.object({ kind: z.literal('cancelled'), reason });

/** Requester or steward: what a worker did for the job. Credit without a coin. */
const receipt = z.object({
  kind: z.literal('receipt'),
  worker: peerId,
  units: count,
  fuel: count,
  /** The fuel, and more for having been quick. */
  credit: count,
  /** Time from lease to last accepted unit. */
  elapsedMs: count,
});
/** Worker: I agree with that receipt. */
const countersigned = z.object({ kind: z.literal('countersigned'), receipt: cid, note: text });

/**
 * Requester: while I am away these peers award, verify and accept in my name, the first one first; those keep what was
 * accepted. The highest term holds; with nobody in it, all are discharged.
 */
const delegated = z.object({
  kind: z.literal('delegated'),
  term: count,
  stewards: z.array(peerId).max(limits.maxStewards),
  keepers: z.array(peerId).max(limits.maxKeepers),
});
/** Keeper: the linked outputs of this accepted result are on my disk. */
const kept = z.object({
  kind: z.literal('kept'),
  unit: unitIndex,
  result: cid,
  /** Of sealed results every worker has another copy: which one it is. */
  sealed: cid.optional(),
});

const knownFact = z.discriminatedUnion('kind', [
  posted, bid, leased, released, committed, revealed, failed, accepted, abandoned, cancelled, receipt, countersigned, delegated, kept,
]);

export type Fact = z.output<typeof knownFact>;
export type FactKind = Fact['kind'];
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;

const knownKinds: ReadonlySet<unknown> = new Set(knownFact.options.map((option) => option.shape.kind.value));

/** Kinds of a later version are skipped, known ones must be well formed. */
export const facts = z.codec(z.array(z.unknown()).max(limits.maxFactsPerEntry), z.array(knownFact), {
  decode: (list) => list.filter((fact) => knownKinds.has((fact as { kind?: unknown } | null)?.kind)) as z.input<typeof knownFact>[],
  encode: (list) => list,
});
