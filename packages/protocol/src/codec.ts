import * as dagCbor from '@ipld/dag-cbor';
import { messageOf } from '@shoal/runtime';
import { decode, encode, type DecodeOptions } from 'cborg';
import { CID } from 'multiformats/cid';
import type * as z from 'zod';
import { CborReader } from './cbor/reader.ts';
import { CborWriter } from './cbor/writer.ts';
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

const linkTag = 42;
const decodeOptions: DecodeOptions = {
  ...dagCbor.decodeOptions,
  tags: {
    [linkTag]: (content) => {
      const bytes = content();
      if (!(bytes instanceof Uint8Array) || bytes[0] !== 0) throw new Error('a link that does not begin with a zero');
      const link = CID.decode(bytes.subarray(1));
      // Numbers too large for the codec come out as others, so that one link would have many forms.
      if (link.byteLength !== bytes.length - 1 || link.bytes.some((byte, i) => byte !== bytes[i + 1])) throw new Error('a link in another form than its own');
      return link;
    },
  },
};

const writer = new CborWriter();
const reader = new CborReader();

/** Canonical bytes of a plain value (DAG-CBOR). */
export function encodeValue(value: unknown): Uint8Array {
  // The codec gives a window into a pool of Buffers, all of which a kept document would keep.
  return writer.encode(value) ?? new Uint8Array(encode(value, encodeOptions));
}

/** The same behind a first byte. */
export function encodeValueBehind(first: number, value: unknown): Uint8Array {
  const written = writer.encode(value, first);
  if (written !== undefined) return written;
  const encoded = encode(value, encodeOptions);
  const framed = new Uint8Array(encoded.length + 1);
  framed[0] = first;
  framed.set(encoded, 1);
  return framed;
}

/** The inverse, for bytes from outside: size first, then form. Only what `encodeValue` writes is taken. */
export function decodeValue(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot take a document of ${bytes.length} bytes: at most ${maxBytes} are allowed`);
  }
  // A Buffer's slices would be windows into memory that its owner may use again.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = reader.decode(plain);
  return read === undefined ? decodeStrictly(plain) : read.value;
}

/** The same token by token, which takes everything that is in our form, and says what is wrong with the rest. */
export function decodeStrictly(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { ...decodeOptions, tokenizer: new StrictTokenizer(bytes) });
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

/** A domain value as it is written, through its schema; fails with `document-malformed` where the value breaks it. */
export function wireOf<S extends z.ZodType>(schema: S, value: z.output<S>, what: string): z.input<S> {
  const result = schema.safeEncode(value);
  if (result.success) return result.data;
  throw malformed(what, 'write', result.error);
}

/** Canonical bytes of a domain value through its schema. */
export function encodeWith<S extends z.ZodType>(schema: S, value: z.output<S>, what = 'document'): Uint8Array {
  return encodeValue(wireOf(schema, value, what));
}

/** Bytes from outside to a domain value, in one call. */
export function decodeWith<S extends z.ZodType>(schema: S, bytes: Uint8Array, maxBytes: number, what: string): z.output<S> {
  return parseValue(schema, decodeValue(bytes, maxBytes), what);
}
