import type { Cid, Crypto, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { open, seal, type Opened, type Signed } from '../envelope.ts';
import { cid, timestamp } from '../fields.ts';
import { limits } from '../limits.ts';
import { facts, type Fact } from './facts.ts';

const entryBody = z.object({
  /** Absent in the entry that posts the job: its own id is the job's. */
  job: cid.optional(),
  at: timestamp,
  facts,
});

const entryKind: Signed<typeof entryBody> = { domain: 'shoal/entry/1', schema: entryBody, maxBytes: limits.maxEntryBytes };

/**
 * What a ledger is a set of: one or more facts that one author states about one job, under one signature.
 * Batching facts is what makes a signature a window of units cheap.
 */
export interface Entry extends Opened<{ at: number; facts: Fact[] }> {
  job: Cid;
}

function toEntry(opened: Opened<z.output<typeof entryBody>>): Entry {
  return { ...opened, job: opened.value.job ?? opened.id };
}

/** Signs facts about a job; without a job, the entry posts one. */
export function sealEntry(input: { job?: Cid; at: number; facts: Fact[] }, signer: Signer, crypto: Crypto): Entry {
  return toEntry(seal(entryKind, input, signer, crypto));
}

/** Opens and verifies an entry from outside. */
export function openEntry(bytes: Uint8Array, crypto: Crypto): Entry {
  return toEntry(open(entryKind, bytes, crypto));
}
