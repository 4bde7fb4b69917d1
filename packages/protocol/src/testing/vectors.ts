import type { FactKind } from '../documents/facts.ts';
import { sealedResultsAbility } from '../documents/job-spec.ts';
import { encodeMessage } from '../messages/codec.ts';
import { messageTable, type Message, type MessageType } from '../messages/table.ts';
import { sampleAdvert, sampleCheckpoint, sampleClosedAdvert, sampleEntry, sampleFacts, sampleFullAdvert, sampleFullFacts, sampleJob, sampleMembersAdvert, sampleMembership, sampleMessages, samplePeer, sampleResults, sampleRevocations, sampleSealedResult, sampleSealKey, sampleSpec, sampleToken } from './samples.ts';

/** What is checked in: bytes by name in hexadecimal, and every number and kind that was ever given out. */
export interface Golden {
  /** Message numbers, those of messages that are gone included. */
  numbers: Record<string, number>;
  /** Kinds of facts, likewise. */
  kinds: string[];
  vectors: Record<string, string>;
}

export const factKinds = Object.keys(sampleFacts) as FactKind[];
export const messageTypes = Object.keys(messageTable) as MessageType[];

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** What today's code writes. */
export function currentGolden(): Golden {
  const vectors: [string, Uint8Array][] = [
    ...factKinds.map((kind): [string, Uint8Array] => [`entry/${kind}`, sampleEntry([sampleFacts[kind]], kind === 'posted' ? undefined : sampleJob)]),
    ['entry/posted, with its optional fields', sampleEntry([{ ...sampleFacts.posted, spec: { ...sampleSpec, window: 8 } }])],
    ['entry/posted, with stewards and keepers', sampleEntry([{ ...sampleFacts.posted, spec: { ...sampleSpec, stewards: 2, keepers: 3 } }])],
    ['entry/posted, by a member', sampleEntry([{ ...sampleFacts.posted, membership: sampleMembership }])],
    ['entry/bid and leased, of an operator', sampleEntry(sampleFullFacts, sampleJob)],
    ['entry/batch', sampleEntry([sampleFacts.committed, { ...sampleFacts.committed, unit: 1 }], sampleJob)],
    ['advert', sampleAdvert],
    ['advert, with its optional fields', sampleFullAdvert],
    ['advert, of a member', sampleMembersAdvert],
    ['advert, outside of its hours', sampleClosedAdvert],
    ['checkpoint', sampleCheckpoint],
    ['message/assign, of units that others began', encodeMessage({ type: 'assign', ...sampleMessages.assign, resume: [{ unit: 2, checkpoint: sampleJob }] })],
    ['entry/posted, with its wish for checkpoints', sampleEntry([{ ...sampleFacts.posted, spec: { ...sampleSpec, checkpoint: 'always' } }])],
    ['entry/posted, to be sealed', sampleEntry([{ ...sampleFacts.posted, spec: { ...sampleSpec, seal: sampleSealKey, requires: [sealedResultsAbility] } }])],
    ['entry/posted, with proofs of holding', sampleEntry([{ ...sampleFacts.posted, spec: { ...sampleSpec, units: { ...sampleSpec.units, prove: true } as typeof sampleSpec.units } }])],
    ['entry/kept, sealed', sampleEntry([{ ...sampleFacts.kept, sealed: sampleJob }], sampleJob)],
    ['sealed result', sampleSealedResult],
    ['membership', sampleMembership],
    ['revocations', sampleRevocations],
    ['token', new TextEncoder().encode(sampleToken)],
    ...Object.entries(sampleResults).map(([name, bytes]): [string, Uint8Array] => [`result/${name}`, bytes]),
    ['message/offer, of a steward', encodeMessage({ type: 'offer', ...sampleMessages.offer, delegated: sampleEntry([sampleFacts.delegated], sampleJob), by: samplePeer })],
    ...messageTypes.map((type): [string, Uint8Array] => [`message/${type}`, encodeMessage({ type, ...sampleMessages[type] } as Message)]),
  ];
  return {
    numbers: Object.fromEntries(messageTypes.map((type) => [type, messageTable[type].id])),
    kinds: factKinds,
    vectors: Object.fromEntries(vectors.map(([name, bytes]) => [name, hex(bytes)])),
  };
}
