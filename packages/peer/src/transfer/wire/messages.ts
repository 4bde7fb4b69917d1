import { decodeValue, encodeValue } from '@shoal/protocol';
import { messageOf, type Cid } from '@shoal/runtime';
import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import type { ByteQueue } from './byte-queue.ts';
import { frameHead, readFrame } from './frame.ts';

/** Spoken on a stream: requests for blocks one way, their answers in the same order the other way. */
export const blocksProtocol = '/shoal/blocks/1';

export interface BlockAnswer {
  cid: Cid;
  /** Undefined: the other side does not have it, or does not give it to us. */
  bytes: Uint8Array | undefined;
}

const cidForm = /^b[a-z2-7]{58,64}$/;

export function requestFrame(cids: readonly Cid[]): Uint8Array {
  return frameHead(encodeValue({ want: cids }), 0);
}

/** The next request; undefined when the other side is done. */
export async function readRequest(queue: ByteQueue): Promise<Cid[] | undefined> {
  const frame = await readFrame(queue, 0);
  if (frame === undefined) return undefined;
  const { want } = readHeader(frame.header);
  if (!Array.isArray(want) || want.length === 0 || want.length > transferLimits.blocksPerRequest || !want.every(isCid)) {
    throw new TransferError('transfer-malformed', `Cannot take a request: expected 1 to ${transferLimits.blocksPerRequest} CIDs`);
  }
  return want;
}

/** What goes before a block; for one that is missing it is all. */
export function answerHead({ cid, bytes }: BlockAnswer): Uint8Array {
  return frameHead(encodeValue({ cid, found: bytes !== undefined }), bytes?.length ?? 0);
}

/** The next answer; undefined when the other side is done. */
export async function readAnswer(queue: ByteQueue, allocate?: (length: number) => Uint8Array): Promise<BlockAnswer | undefined> {
  const frame = await readFrame(queue, transferLimits.blockBytes, allocate);
  if (frame === undefined) return undefined;
  const { cid, found } = readHeader(frame.header);
  if (!isCid(cid) || typeof found !== 'boolean') throw new TransferError('transfer-malformed', 'Cannot take an answer: expected a CID, and whether it was found');
  if (!found && frame.body.length > 0) throw new TransferError('transfer-malformed', `Cannot take an answer: ${cid} is missing and has ${frame.body.length} bytes`);
  return { cid, bytes: found ? frame.body : undefined };
}

/** Unknown fields are let be: a later version may say more. */
function readHeader(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = decodeValue(bytes, transferLimits.headerBytes);
  } catch (cause) {
    throw new TransferError('transfer-malformed', `Cannot read a header: ${messageOf(cause)}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TransferError('transfer-malformed', 'Cannot read a header: expected a map');
}

function isCid(value: unknown): value is Cid {
  return typeof value === 'string' && cidForm.test(value);
}
