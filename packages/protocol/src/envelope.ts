import type { Cid, Crypto, PeerId, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { documentCid } from './cid.ts';
import { decodeWith, encodeWith } from './codec.ts';
import { ProtocolError } from './errors.ts';
import { bytes, exactBytes } from './fields.ts';
import { limits } from './limits.ts';
import { peerIdOf } from './peer-id.ts';

const envelopeSchema = z.object({
  key: exactBytes(32),
  payload: bytes(limits.maxEntryBytes),
  sig: exactBytes(64),
});

/** Room for key, signature and names around a payload. */
const overheadBytes = 160;

/** A kind of signed document: what is signed is the domain, a zero byte, and the payload. */
export interface Signed<S extends z.ZodType> {
  /** Separates this kind from every other one that the same key signs, for example `shoal/entry/1`. */
  domain: string;
  schema: S;
  maxBytes: number;
}

/** A document whose signature, size and schema were checked. */
export interface Opened<T> {
  /** CID of the envelope. */
  id: Cid;
  author: PeerId;
  value: T;
  /** The envelope, as it came and as it travels on. */
  bytes: Uint8Array;
}

function signedBytes(domain: string, payload: Uint8Array): Uint8Array {
  const prefix = new TextEncoder().encode(`${domain}\0`);
  const message = new Uint8Array(prefix.length + payload.length);
  message.set(prefix);
  message.set(payload, prefix.length);
  return message;
}

/** Signs a document. */
export function seal<S extends z.ZodType>(kind: Signed<S>, value: z.output<S>, signer: Signer, crypto: Crypto): Opened<z.output<S>> {
  const payload = encodeWith(kind.schema, value);
  const sig = signer.sign(signedBytes(kind.domain, payload));
  const envelope = encodeWith(envelopeSchema, { key: signer.publicKey, payload, sig });
  if (envelope.length > kind.maxBytes + overheadBytes) {
    throw new ProtocolError('document-oversize', `Cannot sign a ${kind.domain} of ${envelope.length} bytes: at most ${kind.maxBytes} are allowed`);
  }
  return { id: documentCid(envelope, crypto), author: peerIdOf(signer.publicKey), value, bytes: envelope };
}

/** Size, form, signature and schema, in this order and in one call: an unverified document is never seen. */
export function open<S extends z.ZodType>(kind: Signed<S>, envelope: Uint8Array, crypto: Crypto): Opened<z.output<S>> {
  const { key, payload, sig } = decodeWith(envelopeSchema, envelope, kind.maxBytes + overheadBytes, 'envelope');
  if (!crypto.verify(key, signedBytes(kind.domain, payload), sig)) {
    throw new ProtocolError('signature-invalid', `Cannot trust a ${kind.domain} of ${peerIdOf(key)}: its signature does not match`);
  }
  const value = decodeWith(kind.schema, payload, kind.maxBytes, kind.domain);
  return { id: documentCid(envelope, crypto), author: peerIdOf(key), value, bytes: envelope };
}
