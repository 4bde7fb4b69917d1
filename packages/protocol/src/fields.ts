import { CID } from 'multiformats/cid';
import type { Cid, PeerId } from '@shoal/runtime';
import * as z from 'zod';
import { fromLink, toLink } from './cid.ts';
import { limits } from './limits.ts';
import { peerIdPattern } from './peer-id.ts';

/** Fields that many documents share. */

const link = z.custom<CID>((value) => CID.asCID(value) !== null, 'expected a link');

/** A link on the wire, its text in memory. */
export const cid = z.codec(link, z.custom<Cid>((value) => typeof value === 'string'), {
  decode: (value) => fromLink(value),
  encode: (value) => toLink(value),
});

export const peerId = z.custom<PeerId>((value) => typeof value === 'string' && peerIdPattern.test(value), 'expected a peer id');
export const bytes = (maxLength: number) => z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= maxLength, `expected at most ${maxLength} bytes`);
export const exactBytes = (length: number) => z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `expected ${length} bytes`);
/** A safe integer of at least 0. */
export const count = z.int().min(0);
export const name = z.string().max(limits.maxNameLength);
export const text = z.string().max(limits.maxTextLength);
/** Milliseconds since 1970. */
export const timestamp = z.int().min(0).max(8_640_000_000_000_000);
export const unitIndex = z.int().min(0).max(limits.maxUnits - 1);
export const label = z.string().min(1).max(limits.maxLabelLength);

/** Why something was refused, failed or waits: a code for machines, a sentence for people. */
export const reason = z.object({ code: z.string().min(1).max(64), text });
export type Reason = z.output<typeof reason>;
