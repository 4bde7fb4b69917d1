import { decodeWith, encodeWith } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { messageTable, type Message, type MessageType } from './table.ts';

const typeOfId = new Map<number, MessageType>(Object.entries(messageTable).map(([type, kind]) => [kind.id, type as MessageType]));

/** First byte: the message's number. The rest: its body in DAG-CBOR. */
export function encodeMessage(message: Message): Uint8Array {
  const { type, ...body } = message;
  const kind = messageTable[type];
  const encoded = encodeWith(kind.schema, body as never, type);
  if (encoded.length + 1 > kind.maxBytes) {
    throw new ProtocolError('document-oversize', `Cannot send a ${type} of ${encoded.length + 1} bytes: at most ${kind.maxBytes} are allowed`);
  }
  const framed = new Uint8Array(encoded.length + 1);
  framed[0] = kind.id;
  framed.set(encoded, 1);
  return framed;
}

/** Bytes from a peer to a message; always a typed error otherwise. */
export function decodeMessage(bytes: Uint8Array): Message {
  const id = bytes[0];
  const type = id === undefined ? undefined : typeOfId.get(id);
  if (type === undefined) throw new ProtocolError('message-unknown', `Cannot take a message of kind ${id ?? '(empty)'}: not in this version's table`);
  const kind = messageTable[type];
  const body = decodeWith(kind.schema, bytes.subarray(1), kind.maxBytes - 1, type);
  return { type, ...body } as Message;
}

