import * as dagCbor from '@ipld/dag-cbor';
import { messageOf } from '@shoal/runtime';
import * as z from 'zod';
import { ProtocolError } from './errors.ts';

/** Canonical bytes of a plain value (DAG-CBOR). */
export function encodeValue(value: unknown): Uint8Array {
  return dagCbor.encode(value);
}

/** The inverse, for bytes from outside: size first, then form. */
export function decodeValue(bytes: Uint8Array, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot take a document of ${bytes.length} bytes: at most ${maxBytes} are allowed`);
  }
  try {
    return dagCbor.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('document-malformed', `Cannot decode ${bytes.length} bytes as DAG-CBOR: ${messageOf(cause)}`, { cause });
  }
}

/** Checks a decoded value against its schema; unknown fields are dropped. */
export function parseValue<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeDecode(value as z.input<S>);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? what : `${what}.${issue.path.map(String).join('.')}`;
  throw new ProtocolError('document-malformed', `Cannot take a ${what}: ${where}: ${issue?.message ?? 'malformed'}`);
}

/** Canonical bytes of a domain value through its schema. */
export function encodeWith<S extends z.ZodType>(schema: S, value: z.output<S>): Uint8Array {
  return encodeValue(withoutUndefined(z.encode(schema, value)));
}

/** DAG-CBOR has no undefined: an absent field is not written. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const clean: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) clean[name] = withoutUndefined(field);
  }
  return clean;
}

/** Bytes from outside to a domain value, in one call. */
export function decodeWith<S extends z.ZodType>(schema: S, bytes: Uint8Array, maxBytes: number, what: string): z.output<S> {
  return parseValue(schema, decodeValue(bytes, maxBytes), what);
}
