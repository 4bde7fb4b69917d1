import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { messageOf, systemCrypto, type Cid } from '@shoal/runtime';
import { StoreError } from '../errors.ts';

export type Codec = 'raw' | 'dag-pb' | 'dag-cbor';

const codes: Record<Codec, number> = { raw: 0x55, 'dag-pb': 0x70, 'dag-cbor': 0x71 };
const sha256Code = 0x12;
const sha256Bytes = 32;

/** Reads the text form; fails with `cid-invalid` or, for what this store does not hold, `cid-unsupported`. */
export function readCid(text: Cid): CID {
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw new StoreError('cid-invalid', `Cannot read ${JSON.stringify(String(text).slice(0, 80))} as a CID: ${messageOf(cause)}`, { cause });
  }
  if (!isSupported(cid)) {
    throw new StoreError('cid-unsupported', `Cannot hold ${text}: expected CIDv1 of raw, dag-pb or dag-cbor with SHA-256`);
  }
  return cid;
}

/** The inverse of `cid.bytes` for keys that this store wrote. */
export function cidFromKey(key: Uint8Array): CID {
  return CID.decode(key);
}

export function cidText(cid: CID): Cid {
  return cid.toString() as Cid;
}

export function isSupported(cid: CID): boolean {
  return (
    cid.version === 1 &&
    Object.values(codes).includes(cid.code) &&
    cid.multihash.code === sha256Code &&
    cid.multihash.digest.length === sha256Bytes
  );
}

export function isCodec(cid: CID, codec: Codec): boolean {
  return cid.code === codes[codec];
}

export function cidOf(codec: Codec, digest: Uint8Array): CID {
  return CID.createV1(codes[codec], createDigest(sha256Code, digest));
}

/** On this thread: handing the bytes to another one costs half as much again as hashing them. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return systemCrypto.sha256(bytes);
}

/** Whether the bytes are those that the CID names. */
export function matches(cid: CID, bytes: Uint8Array): boolean {
  return Buffer.compare(sha256(bytes), cid.multihash.digest) === 0;
}
