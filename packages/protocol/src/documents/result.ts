import type { Cid, Crypto } from '@shoal/runtime';
import * as z from 'zod';
import { documentCid } from '../cid.ts';
import { decodeWith, encodeWith } from '../codec.ts';
import { bytes, cid, count } from '../fields.ts';
import { limits } from '../limits.ts';

/** Small outputs lie inside, large ones are linked; which, follows from the size alone, so equal outputs give equal documents. */
const output = z.union([z.object({ inline: bytes(limits.maxInlineOutputBytes) }), z.object({ cid, bytes: count })]);
export type Output = z.output<typeof output>;

/** What a unit produced. Its CID is what quorums compare: two runs agree exactly when these bytes do. */
const resultDocument = z.object({
  stdout: output,
  files: z.array(z.object({ path: z.string().min(1).max(limits.maxOutputPathLength), content: output })).max(limits.maxOutputFiles),
  /** Deterministic cost, part of what must agree; absent where the executor does not meter. */
  fuel: count.optional(),
});
export type ResultDocument = z.output<typeof resultDocument>;

export function encodeResult(result: ResultDocument, crypto: Crypto): { cid: Cid; bytes: Uint8Array } {
  const encoded = encodeWith(resultDocument, result);
  return { cid: documentCid(encoded, crypto), bytes: encoded };
}

export function decodeResult(encoded: Uint8Array): ResultDocument {
  return decodeWith(resultDocument, encoded, limits.maxResultBytes, 'result');
}
