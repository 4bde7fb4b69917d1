import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import type { Cid, Crypto } from '@shoal/runtime';
import { messageOf } from '@shoal/runtime';
import { ProtocolError } from './errors.ts';

const sha256Code = 0x12;
const maxCidLength = 128;

/** The CID of a DAG-CBOR document. */
export function documentCid(bytes: Uint8Array, crypto: Crypto): Cid {
  return fromLink(CID.createV1(dagCbor.code, createDigest(sha256Code, crypto.sha256(bytes))));
}

/** Reads a CID that a person or a peer gave; fails with `cid-invalid`. */
export function parseCid(text: string): Cid {
  try {
    if (text.length > maxCidLength) throw new Error(`longer than ${maxCidLength} characters`);
    return fromLink(CID.parse(text).toV1());
  } catch (cause) {
    throw new ProtocolError('cid-invalid', `Cannot read "${text.slice(0, maxCidLength)}" as a CID: ${messageOf(cause)}`, {
      cause,
      hint: 'A CID looks like bafybei… or bafkrei…; `shoal data ls` lists those you hold.',
    });
  }
}

/** The DAG-CBOR link of a CID. */
export function toLink(cid: Cid): CID {
  return CID.parse(cid);
}

export function fromLink(link: CID): Cid {
  return link.toString() as Cid;
}

/** The 32 bytes of a CID's SHA-256 digest: the key by which ledgers are reconciled. */
export function digestOf(cid: Cid): Uint8Array {
  return CID.parse(cid).multihash.digest;
}

/** The inverse of `digestOf` for DAG-CBOR documents. */
export function cidOfDigest(digest: Uint8Array): Cid {
  return fromLink(CID.createV1(dagCbor.code, createDigest(sha256Code, digest)));
}
