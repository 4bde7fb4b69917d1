import type { Cid, Crypto, PeerId, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { documentCid } from './cid.ts';
import { decodeWith, encodeValue, encodeWith } from './codec.ts';
import { ProtocolError } from './errors.ts';
import { bytes, exactBytes } from './fields.ts';
import { limits } from './limits.ts';
import { peerIdOf } from './peer-id.ts';

/**
 * Closed to unknown fields, unlike documents: nothing signs them, so whoever passes an envelope on could make
 * any number of new ids for what somebody else said. Another envelope is another domain.
 */
const envelopeSchema = z.strictObject({
  key: exactBytes(32),
  payload: bytes(limits.maxEntryBytes),
  sig: exactBytes(64),
});

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

const encoder = new TextEncoder();

function signedBytes(domain: string, payload: Uint8Array): Uint8Array {
  const prefix = encoder.encode(`${domain}\0`);
  const message = new Uint8Array(prefix.length + payload.length);
  message.set(prefix);
  message.set(payload, prefix.length);
  return message;
}

const names = new WeakMap<Signer, PeerId>();

/** A signer's peer id. It never changes, and making it costs as much as a hash. */
function nameOf(signer: Signer): PeerId {
  const known = names.get(signer) ?? peerIdOf(signer.publicKey);
  names.set(signer, known);
  return known;
}

/** Signs a document. The value in return is what others will read: what the schema does not know is gone. */
export function seal<S extends z.ZodType>(kind: Signed<S>, value: z.output<S>, signer: Signer, crypto: Crypto): Opened<z.output<S>> {
  const payload = encodeWith(kind.schema, value, kind.domain);
  if (payload.length > kind.maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot sign a ${kind.domain} of ${payload.length} bytes: at most ${kind.maxBytes} are allowed`);
  }
  const read = decodeWith(kind.schema, payload, kind.maxBytes, kind.domain);
  const sig = signer.sign(signedBytes(kind.domain, payload));
  const envelope = encodeValue({ key: signer.publicKey, payload, sig });
  const sealed = { id: documentCid(envelope, crypto), author: nameOf(signer), value: read, bytes: envelope };
  crypto.opened?.set(envelope, { kind, ...sealed });
  return sealed;
}

/** Size, form, signature and schema, in this order and in one call: an unverified document is never seen. */
export function open<S extends z.ZodType>(kind: Signed<S>, envelope: Uint8Array, crypto: Crypto): Opened<z.output<S>> {
  const known = crypto.opened?.get(envelope) as (Opened<z.output<S>> & { kind: unknown }) | undefined;
  if (known?.kind === kind) return known;
  const { key, payload, sig } = decodeWith(envelopeSchema, envelope, kind.maxBytes + limits.maxEnvelopeOverheadBytes, 'envelope');
  if (!crypto.verify(key, signedBytes(kind.domain, payload), sig)) {
    throw new ProtocolError('signature-invalid', `Cannot trust a ${kind.domain} of ${peerIdOf(key)}: its signature does not match`);
  }
  const value = decodeWith(kind.schema, payload, kind.maxBytes, kind.domain);
  const opened = { id: documentCid(envelope, crypto), author: peerIdOf(key), value, bytes: envelope };
  crypto.opened?.set(envelope, { kind, ...opened });
  return opened;
}
