import * as z from 'zod';
import { cid, count, exactBytes, fileName, label, longList, name, timestamp } from '../fields.ts';
import { limits } from '../limits.ts';

/** One file of a dataset directory. */
export const shard = z.object({
  name: fileName,
  cid,
  bytes: count,
});
export type Shard = z.output<typeof shard>;

const countedUnits = z.object({ kind: z.literal('count'), count: z.int().min(1).max(limits.maxUnits) });

/** One unit a shard, in the order of the dataset's directory. */
const shardUnits = z.object({
  kind: z.literal('shards'),
  dataset: cid,
  shards: longList(shard, 1, limits.maxShards),
  /** never: only peers that hold a shard run its unit; no shard crosses the wire. */
  move: z.enum(['allowed', 'never']),
  /** Whoever bids is asked for some blocks of the shards that it claims, drawn by lot, before it gets a lease. */
  prove: z.literal(true).optional(),
});

/** Ceilings for one unit, held by the sandbox. */
export const resources = z.object({
  memoryBytes: z.int().min(65_536).max(4_294_967_296),
  wallMs: z.int().min(1).max(604_800_000),
  outputBytes: z.int().min(0).max(1_073_741_824),
  logBytes: z.int().min(0).max(limits.maxLogBytes),
  fuel: z.int().min(1).optional(),
});
export type Resources = z.output<typeof resources>;

/** Programs read these as C strings, which a zero would end. */
const argument = z.string().max(limits.maxArgLength).regex(/^[^\0]*$/, 'expected no zero character');

/** By which a job requires that its workers seal their results. */
export const sealedResultsAbility = 'sealed-results';

/** What a requester asks of the mesh; signed in a `posted` fact, unchangeable after. */
export const jobSpec = z.object({
  name,
  program: z.object({ cid, engine: label, bytes: count }),
  args: z.array(argument).max(limits.maxArgs),
  env: z
    .record(z.string().min(1).max(limits.maxLabelLength).regex(/^[^=\p{Cc}]*$/u, 'expected no = and no control characters'), argument)
    .refine((env) => Object.keys(env).length <= limits.maxEnv, `expected at most ${limits.maxEnv} variables`),
  units: z.discriminatedUnion('kind', [countedUnits, shardUnits]),
  resources,
  /** Abilities of later versions without which the job must not be run: a peer that does not know one declines. */
  requires: z.array(label).max(limits.maxLabels).optional(),
  /** Label selector; empty means anywhere. */
  where: z.string().max(limits.maxTextLength),
  verify: z.object({
    /** Matching results of distinct operators that make a unit accepted. */
    quorum: z.int().min(1).max(limits.maxQuorum),
    /** Whether a peer with a long valid record may be believed alone, mostly; audited at random still. */
    adaptive: z.boolean().optional(),
    /** Determinism class of all who run it: only within one are results compared. Absent at a quorum of one. */
    class: name.optional(),
  }),
  /** Most units that one worker holds at once; absent: as many as its speed suggests. */
  window: z.int().min(1).max(limits.maxWindowUnits).optional(),
  /** Runs of one unit that may fail before the unit does. */
  retries: z.int().min(0).max(limits.maxRetries),
  priority: z.int().min(-100).max(100),
  deadline: timestamp.optional(),
  /** Whether running units are saved now and then; absent: auto, as PROGRAMS.md says. */
  checkpoint: z.enum(['auto', 'always', 'never']).optional(),
  /** Peers that go on awarding and verifying while the requester is away, and peers that keep what was accepted; absent: none. */
  stewards: z.int().min(0).max(limits.maxStewards).optional(),
  keepers: z.int().min(0).max(limits.maxKeepers).optional(),
  /** X25519 key to which workers seal their results, so that nobody else can read what it is handed; absent: results are readable. */
  seal: exactBytes(32).optional(),
});
export type JobSpec = z.output<typeof jobSpec>;

/** Units of a job. */
export function unitCount(spec: JobSpec): number {
  return spec.units.kind === 'count' ? spec.units.count : spec.units.shards.length;
}
