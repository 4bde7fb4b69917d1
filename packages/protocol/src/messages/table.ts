import type * as z from 'zod';
import { limits } from '../limits.ts';
import * as schemas from './schemas.ts';

interface MessageKind {
  /** On the wire; never reused. */
  id: number;
  schema: z.ZodType;
  maxBytes: number;
  /** Sustained rate that one peer may send; what is beyond it, and a burst, is dropped before it is decoded. */
  perSecond: number;
}

const kibibyte = 1_024;

/** Every message between engines. A message without a size and a quota does not compile. */
export const messageTable = {
  offer: { id: 1, schema: schemas.offer, maxBytes: limits.maxMessageBytes, perSecond: 50 },
  decline: { id: 2, schema: schemas.decline, maxBytes: 32 * kibibyte, perSecond: 50 },
  entries: { id: 3, schema: schemas.entries, maxBytes: limits.maxMessageBytes, perSecond: 2_000 },
  pull: { id: 4, schema: schemas.pull, maxBytes: 16 * kibibyte, perSecond: 2_000 },
  assign: { id: 5, schema: schemas.assign, maxBytes: 16 * kibibyte, perSecond: 2_000 },
  reveal: { id: 6, schema: schemas.reveal, maxBytes: 16 * kibibyte, perSecond: 2_000 },
  progress: { id: 7, schema: schemas.progress, maxBytes: 8 * kibibyte, perSecond: 200 },
  log: { id: 8, schema: schemas.log, maxBytes: limits.maxLogBytes + kibibyte, perSecond: 200 },
  unknownLease: { id: 9, schema: schemas.unknownLease, maxBytes: 8 * kibibyte, perSecond: 50 },
  adverts: { id: 10, schema: schemas.adverts, maxBytes: limits.maxMessageBytes, perSecond: 5 },
  reconcile: { id: 11, schema: schemas.reconcile, maxBytes: 256 * kibibyte, perSecond: 100 },
  acting: { id: 12, schema: schemas.acting, maxBytes: limits.maxMessageBytes, perSecond: 50 },
  seek: { id: 13, schema: schemas.seek, maxBytes: 4 * kibibyte, perSecond: 2 },
  checkpointed: { id: 14, schema: schemas.checkpointed, maxBytes: 8 * kibibyte, perSecond: 50 },
  partial: { id: 15, schema: schemas.partial, maxBytes: 16 * kibibyte, perSecond: 200 },
} as const satisfies Record<string, MessageKind>;

export type MessageType = keyof typeof messageTable;
export type MessageBody<T extends MessageType> = z.output<(typeof messageTable)[T]['schema']>;
export type MessageOf<T extends MessageType> = { type: T } & MessageBody<T>;
export type Message = { [T in MessageType]: MessageOf<T> }[MessageType];

/** The gossip topics of a mesh. */
export const topics = {
  adverts: (mesh: string) => `shoal/${mesh}/adverts/1`,
  offers: (mesh: string) => `shoal/${mesh}/offers/1`,
  revocations: (mesh: string) => `shoal/${mesh}/revocations/1`,
} as const;
