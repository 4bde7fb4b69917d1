import type { CID } from 'multiformats/cid';
import { StoreError } from '../errors.ts';
import { storeLimits } from '../limits.ts';
import { cidText, isCodec } from './cids.ts';

/** Fails with `block-oversize`; to be asked before anything is made of the bytes. */
export function checkBlockSize(cid: CID, bytes: Uint8Array): void {
  const most = isCodec(cid, 'dag-cbor') ? storeLimits.documentBytes : storeLimits.blockBytes;
  if (bytes.length <= most) return;
  throw new StoreError('block-oversize', `Cannot take block ${cidText(cid)}: it has ${bytes.length} bytes, expected at most ${most}`);
}

export function hashMismatch(cid: CID, bytes: Uint8Array): StoreError {
  return new StoreError('block-hash-mismatch', `Cannot take block ${cidText(cid)}: its ${bytes.length} bytes have another hash`);
}
