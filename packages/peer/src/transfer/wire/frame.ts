import { TransferError } from '../errors.ts';
import { transferLimits } from '../limits.ts';
import type { ByteQueue } from './byte-queue.ts';

/** Two sizes of four bytes each, big end first: of the header, and of the body that follows it. */
const prefixBytes = 8;

export interface Frame {
  header: Uint8Array;
  body: Uint8Array;
}

/** What goes before a body, which is then written as it is. */
export function frameHead(header: Uint8Array, bodyBytes: number): Uint8Array {
  const head = new Uint8Array(prefixBytes + header.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, header.length);
  view.setUint32(4, bodyBytes);
  head.set(header, prefixBytes);
  return head;
}

/** The next frame; undefined when the stream ended in order. Sizes are checked before anything is gathered. */
export async function readFrame(queue: ByteQueue, maxBodyBytes: number, allocate?: (length: number) => Uint8Array): Promise<Frame | undefined> {
  const prefix = await queue.take(prefixBytes);
  if (prefix === undefined) return undefined;
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes);
  const headerBytes = within(view.getUint32(0), transferLimits.headerBytes, 'header');
  const bodyBytes = within(view.getUint32(4), maxBodyBytes, 'body');
  const header = await queue.take(headerBytes);
  const body = header === undefined ? undefined : await queue.take(bodyBytes, allocate);
  if (header === undefined || body === undefined) throw new TransferError('transfer-cut', 'The stream ended within a frame');
  return { header, body };
}

function within(bytes: number, most: number, what: string): number {
  if (bytes <= most) return bytes;
  throw new TransferError('transfer-malformed', `Cannot take a frame with a ${what} of ${bytes} bytes: at most ${most} are allowed`);
}
