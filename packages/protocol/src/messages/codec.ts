import type { Crypto } from '@shoal/runtime';
import { decodeWith, encodeValueBehind, wireOf } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { messageTable, type Message, type MessageType } from './table.ts';

const typeOfId = new Map<number, MessageType>(Object.entries(messageTable).map(([type, kind]) => [kind.id, type as MessageType]));

/** First byte: the message's number. The rest: its body in DAG-CBOR. */
export function encodeMessage(message: Message, opened?: Crypto['opened']): Uint8Array {
  const { type, ...body } = message;
  const kind = messageTable[type];
  const framed = encodeValueBehind(kind.id, wireOf(kind.schema, body as never, type));
  if (framed.length > kind.maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot send a ${type} of ${framed.length} bytes: at most ${kind.maxBytes} are allowed`);
  }
  opened?.set(framed, { kind, message });
  return framed;
}

/** Bytes from a peer to a message; always a typed error otherwise. */
export function decodeMessage(bytes: Uint8Array, opened?: Crypto['opened']): Message {
  const id = bytes[0];
  const type = id === undefined ? undefined : typeOfId.get(id);
  if (type === undefined) throw new ProtocolError('message-unknown', `Cannot take a message of kind ${id ?? '(empty)'}: not in this version's table`);
  const kind = messageTable[type];
  const known = opened?.get(bytes) as { kind: unknown; message: Message } | undefined;
  if (known?.kind === kind) return known.message;
  const body = decodeWith(kind.schema, bytes.subarray(1), kind.maxBytes - 1, type);
  return { type, ...body } as Message;
}

