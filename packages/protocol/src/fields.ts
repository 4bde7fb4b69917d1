import { CID } from 'multiformats/cid';
import type { Cid, PeerId } from '@shoal/runtime';
import * as z from 'zod';
import { fromLink, isCheckable, toLink } from './cid.ts';
import { limits } from './limits.ts';
import { isPeerId } from './peer-id.ts';

/** Fields that many documents share. */

/** Not CID.asCID: it takes a map with the keys "/" and "bytes" for a link. */
const link = z.custom<CID>((value) => value instanceof CID && isCheckable(value), 'expected a link of version 1 with SHA-256');

const cidForm = /^b[a-z2-7]{58,64}$/;

/** A link on the wire, its text in memory. */
export const cid = z.codec(link, z.custom<Cid>((value) => typeof value === 'string' && cidForm.test(value), 'expected a CID'), {
  decode: (value) => fromLink(value),
  encode: (value) => toLink(value),
});

export const peerId = z.custom<PeerId>(isPeerId, 'expected a peer id');
export const bytes = (maxLength: number) => z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= maxLength, `expected at most ${maxLength} bytes`);
export const exactBytes = (length: number) => z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `expected ${length} bytes`);
/** A safe integer of at least 0. */
export const count = z.int().min(0);
/** Text on one line: control characters of a stranger could rewrite a terminal. */
export const oneLine = (maxLength: number) => z.string().max(maxLength).regex(/^\P{Cc}*$/u, 'expected no control characters');
export const name = oneLine(limits.maxNameLength);
export const text = z.string().max(limits.maxTextLength);
/** Milliseconds since 1970. */
export const timestamp = z.int().min(0).max(8_640_000_000_000_000);
export const unitIndex = z.int().min(0).max(limits.maxUnits - 1);
/** Names of labels, engines and classes, as selectors write them. */
export const labelForm = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/;
export const label = z.string().max(limits.maxLabelLength).regex(labelForm, 'expected letters, digits and . _ / - between them');
export const labelValue = oneLine(limits.maxLabelLength);

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);
}

/** An entry of a directory. Names become paths on other people's disks: no slash, no dots, no control character. */
export const fileName = z.string().max(limits.maxShardNameLength, { abort: true }).refine(isFileName, 'expected a file name');
/** Names joined by slashes, downwards only. */
export const filePath = z
  .string()
  .max(limits.maxOutputPathLength, { abort: true })
  .refine((path) => path.split('/').every(isFileName), 'expected a path that leads downwards');

/**
 * A list of thousands, read up to its first bad item: if each were reported,
 * nine kilobytes of empty maps would cost their reader as much as half a megabyte of a real job.
 */
export function longList<S extends z.ZodType>(item: S, minLength: number, maxLength: number): z.ZodCodec<z.ZodCustom<z.input<S>[], z.input<S>[]>, z.ZodCustom<z.output<S>[], z.output<S>[]>> {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.length >= minLength && value.length <= maxLength;
  const expected = `expected a list of ${minLength} to ${maxLength}`;
  return z.codec(z.custom<z.input<S>[]>(isList, expected), z.custom<z.output<S>[]>(isList, expected), {
    decode: (list, { issues }) => eachUntilBad(list, issues, (value) => item.safeDecode(value)),
    encode: (list, { issues }) => eachUntilBad(list, issues, (value) => item.safeEncode(value)),
  });
}

function eachUntilBad<I, O>(list: readonly I[], issues: z.core.$ZodRawIssue[], read: (value: I) => z.ZodSafeParseResult<O>): O[] {
  const taken: O[] = [];
  for (const [i, value] of list.entries()) {
    const result = read(value);
    if (!result.success) {
      const [first] = result.error.issues;
      issues.push({ code: 'custom', input: value, message: first?.message ?? 'malformed', path: [i, ...(first?.path ?? [])] });
      break;
    }
    taken.push(result.data);
  }
  return taken;
}

/** Why something was refused, failed or waits: a code for machines, a sentence for people. */
export const reason = z.object({ code: oneLine(64).min(1), text });
export type Reason = z.output<typeof reason>;
