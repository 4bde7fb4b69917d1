import type { Crypto, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { open, seal, type Opened, type Signed } from '../envelope.ts';
import { bytes, cid, count, label, labelValue, name, oneLine, timestamp } from '../fields.ts';
import { limits } from '../limits.ts';
import { operatorProof } from './operator.ts';

/** A dataset of which this peer holds some shards. */
const holding = z.object({
  cid,
  name,
  shards: z.int().min(1).max(limits.maxShards),
  /** Bit i: shard i is here. */
  held: bytes(limits.maxShards / 8),
});
export type Holding = z.output<typeof holding>;

/** How selectors name a label that the mesh's authority vouches for: `attested/region=eu`. */
export const attestedPrefix = 'attested/';

/** What a peer says of itself to everybody. The newest sequence number wins; it is forgotten after its time to live. */
const advertBody = z.object({
  mesh: name,
  seq: count,
  at: timestamp,
  ttlMs: z.int().min(1_000).max(3_600_000),
  agent: name,
  addresses: z.array(oneLine(limits.maxAddressLength)).max(limits.maxAddresses),
  slots: count,
  free: count,
  memoryBytes: count,
  fuelPerSecond: count,
  engines: z.array(label).max(limits.maxEngines),
  isolation: z.enum(['full', 'partial', 'process']).or(label),
  determinismClass: name,
  labels: z
    .record(label, labelValue)
    .refine((labels) => Object.keys(labels).length <= limits.maxLabels, `expected at most ${limits.maxLabels} labels`)
    .refine((labels) => Object.keys(labels).every((key) => !key.startsWith(attestedPrefix)), `expected no label that begins with ${attestedPrefix}: an authority gives those`),
  datasets: z.array(holding).max(limits.maxDatasetsPerAdvert),
  /** What it would do for jobs of others besides running them: `steward`, `keeper`. */
  roles: z.array(label).max(limits.maxRoles).optional(),
  /** Whose peer it is, where its owner says so. */
  operator: operatorProof.optional(),
  /** Outside of the hours at which its owner lends it: when they begin again. */
  opensAt: timestamp.optional(),
  /** In a private mesh: what lets it belong, with the roles and labels that the authority gave it. */
  membership: bytes(limits.maxMembershipBytes).optional(),
});
export type Advert = z.output<typeof advertBody>;

const advertKind: Signed<typeof advertBody> = { domain: 'shoal/advert/1', schema: advertBody, maxBytes: limits.maxAdvertBytes };

export function sealAdvert(advert: Advert, signer: Signer, crypto: Crypto): Opened<Advert> {
  return seal(advertKind, advert, signer, crypto);
}

export function openAdvert(envelope: Uint8Array, crypto: Crypto): Opened<Advert> {
  return open(advertKind, envelope, crypto);
}
