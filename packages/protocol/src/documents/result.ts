import type { Cid, Crypto } from '@shoal/runtime';
import * as z from 'zod';
import { documentCid } from '../cid.ts';
import { decodeWith, encodeWith } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { bytes, cid, count, filePath } from '../fields.ts';
import { limits } from '../limits.ts';

/** Small outputs lie inside, large ones are linked: `liesInside` says which. */
const output = z.union([z.object({ inline: bytes(limits.maxInlineOutputBytes) }), z.object({ cid, bytes: count })]);
export type Output = z.output<typeof output>;

/**
 * Which outputs lie inside the document, by their sizes: standard output first, then the files in order of their paths.
 * It follows from the sizes alone, so that equal outputs give equal documents, and many small files fit as well.
 */
export function liesInside(sizesBytes: readonly number[]): boolean[] {
  let total = 0;
  return sizesBytes.map((size) => {
    const fits = size <= limits.maxInlineOutputBytes && total + size <= limits.maxInlineTotalBytes;
    if (fits) total += size;
    return fits;
  });
}

const outputFile = z.object({ path: filePath, content: output });

/** By code units, each path once: the order in which a program wrote its files is no part of its result. */
function isSorted(files: { path: string }[]): boolean {
  return files.every((file, i) => i === 0 || (files[i - 1] as { path: string }).path < file.path);
}

/** What a unit produced. Its CID is what quorums compare: two runs agree exactly when these bytes do. */
const resultDocument = z.object({
  stdout: output,
  files: z.array(outputFile).max(limits.maxOutputFiles).refine(isSorted, 'expected files in ascending order of their paths'),
  /** Deterministic cost, part of what must agree; absent where the executor does not meter. */
  fuel: count.optional(),
});
export type ResultDocument = z.output<typeof resultDocument>;

/** The bytes to which a worker commits; files are put in order. Fails with `document-oversize` where they do not fit into a reveal. */
export function encodeResult(result: ResultDocument, crypto: Crypto): { cid: Cid; bytes: Uint8Array } {
  const files = result.files.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  const encoded = encodeWith(resultDocument, { ...result, files }, 'result');
  if (encoded.length > limits.maxResultBytes) {
    throw new ProtocolError('document-oversize', `Cannot write a result of ${encoded.length} bytes: at most ${limits.maxResultBytes} are allowed`, {
      hint: 'Write fewer or larger files: contents above the inline limit are linked, not carried along.',
    });
  }
  return { cid: documentCid(encoded, crypto), bytes: encoded };
}

export function decodeResult(encoded: Uint8Array): ResultDocument {
  return decodeWith(resultDocument, encoded, limits.maxResultBytes, 'result');
}

/** Outputs that lie elsewhere, in the order of the document. */
export function linkedOutputs(result: ResultDocument): { cid: Cid; bytes: number }[] {
  return outputsOf(result).flatMap((output) => ('cid' in output ? [{ cid: output.cid, bytes: output.bytes }] : []));
}

/** All that a unit put out, linked or not. */
export function outputBytesOf(result: ResultDocument): number {
  return outputsOf(result).reduce((sum, output) => sum + ('inline' in output ? output.inline.length : output.bytes), 0);
}

function outputsOf({ stdout, files }: ResultDocument): Output[] {
  return [stdout, ...files.map(({ content }) => content)];
}
