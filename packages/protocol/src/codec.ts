import * as dagCbor from '@ipld/dag-cbor';
import { messageOf } from '@shoal/runtime';
import { decode, encode } from 'cborg';
import { CID } from 'multiformats/cid';
import type * as z from 'zod';
import { StrictTokenizer } from './cbor/strict-tokenizer.ts';
import { ProtocolError } from './errors.ts';

const encodeOptions = {
  ...dagCbor.encodeOptions,
  /** DAG-CBOR has no undefined: an absent field is not written. */
  ignoreUndefinedProperties: true,
  typeEncoders: {
    ...dagCbor.encodeOptions.typeEncoders,
    /** Only what is a link is written as one; the codec's own guess takes a map with the keys "/" and "bytes" for one. */
    Object: (value: object) => (value instanceof CID ? dagCbor.encodeOptions.typeEncoders.Object(value) : null),
  },
};

/** Canonical bytes of a plain value (DAG-CBOR). */
export function encodeValue(value: unknown): Uint8Array {
  return encode(value, encodeOptions);
}

/** The inverse, for bytes from outside: size first, then form. Only what `encodeValue` writes is taken. */
export function decodeValue(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot take a document of ${bytes.length} bytes: at most ${maxBytes} are allowed`);
  }
  // A Buffer's slices would be windows into memory that its owner may use again.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return decode(plain, { ...dagCbor.decodeOptions, tokenizer: new StrictTokenizer(plain) });
  } catch (cause) {
    throw new ProtocolError('document-malformed', `Cannot decode ${bytes.length} bytes as DAG-CBOR: ${messageOf(cause)}`, { cause });
  }
}

function malformed(what: string, verb: string, error: z.ZodError): ProtocolError {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? what : `${what}.${issue.path.map(String).join('.')}`;
  return new ProtocolError('document-malformed', `Cannot ${verb} a ${what}: ${where}: ${issue?.message ?? 'malformed'}`);
}

/** Checks a decoded value against its schema; unknown fields are dropped. */
export function parseValue<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeDecode(value as z.input<S>);
  if (result.success) return result.data;
  throw malformed(what, 'take', result.error);
}

/** Canonical bytes of a domain value through its schema; fails with `document-malformed` where the value breaks it. */
export function encodeWith<S extends z.ZodType>(schema: S, value: z.output<S>, what = 'document'): Uint8Array {
  const result = schema.safeEncode(value);
  if (result.success) return encodeValue(result.data);
  throw malformed(what, 'write', result.error);
}

/** Bytes from outside to a domain value, in one call. */
export function decodeWith<S extends z.ZodType>(schema: S, bytes: Uint8Array, maxBytes: number, what: string): z.output<S> {
  return parseValue(schema, decodeValue(bytes, maxBytes), what);
}
