import * as dagCbor from '@ipld/dag-cbor';
import { base32 } from 'multiformats/bases/base32';
import { CID } from 'multiformats/cid';
import type { Cid, Crypto } from '@shoal/runtime';
import { messageOf } from '@shoal/runtime';
import { ProtocolError } from './errors.ts';

const sha256Code = 0x12;
const sha256Bytes = 32;
/** Version, codec, hash and length before the digest: any registered codec fits. */
const maxCidBytes = 40;
const maxCidLength = 128;
/** Version 1, DAG-CBOR, SHA-256, its length: then comes the digest. */
const documentPrefix = Uint8Array.of(1, dagCbor.code, sha256Code, sha256Bytes);

/** Whether Shoal can check content against this link: version 1 and SHA-256, so that one content has one name. */
export function isCheckable(link: CID): boolean {
  return link.version === 1 && link.multihash.code === sha256Code && link.multihash.size === sha256Bytes && link.byteLength <= maxCidBytes;
}

/** The CID of a DAG-CBOR document. */
export function documentCid(bytes: Uint8Array, crypto: Crypto): Cid {
  return cidOfDigest(crypto.sha256(bytes));
}

/** Links that were read lately: a job's stands in each of its messages. Dropped all at once, since reading one again is cheap. */
const readLinks = new Map<string, CID>();
const maxReadLinks = 4_096;

function readLink(text: string): CID {
  try {
    if (text.length > maxCidLength) throw new Error(`longer than ${maxCidLength} characters`);
    const link = CID.parse(text).toV1();
    if (!isCheckable(link)) throw new Error(`hash function 0x${link.multihash.code.toString(16)}, expected SHA-256 (0x12)`);
    return link;
  } catch (cause) {
    throw new ProtocolError('cid-invalid', `Cannot read "${text.slice(0, maxCidLength)}" as a CID: ${messageOf(cause)}`, {
      cause,
      hint: 'A CID looks like bafybei… or bafkrei…; `shoal data ls` lists those you hold.',
    });
  }
}

/** Reads a CID that a person or a peer gave, whatever its version and base; fails with `cid-invalid`. */
export function parseCid(text: string): Cid {
  return fromLink(readLink(text));
}

/** The DAG-CBOR link of a CID. */
export function toLink(cid: Cid): CID {
  const known = readLinks.get(cid);
  if (known !== undefined) return known;
  const link = readLink(cid);
  if (readLinks.size >= maxReadLinks) readLinks.clear();
  readLinks.set(cid, link);
  return link;
}

export function fromLink(link: CID): Cid {
  return link.toString() as Cid;
}

/** The 32 bytes of a CID's SHA-256 digest: the key by which ledgers are reconciled. */
export function digestOf(cid: Cid): Uint8Array {
  return toLink(cid).multihash.digest.slice();
}

/** The inverse of `digestOf` for DAG-CBOR documents. */
export function cidOfDigest(digest: Uint8Array): Cid {
  const link = new Uint8Array(documentPrefix.length + digest.length);
  link.set(documentPrefix);
  link.set(digest, documentPrefix.length);
  return base32.encode(link) as string as Cid;
}
