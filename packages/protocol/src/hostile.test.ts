// Inside properties, not `expect`: vitest keeps a record of each.
import { deepStrictEqual, ok } from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ShoalError, systemCrypto, type Crypto } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCid } from './cid.ts';
import { decodeValue, encodeValue } from './codec.ts';
import { openAdvert, sealAdvert } from './documents/advert.ts';
import { openEntry, sealEntry } from './documents/entry.ts';
import { openMembership } from './documents/membership.ts';
import { decodeResult, encodeResult } from './documents/result.ts';
import { decodeSealedResult } from './documents/sealed-result.ts';
import { openRevocations, sealRevocations } from './documents/revocations.ts';
import { decodeToken, encodeToken } from './documents/token.ts';
import type { ProtocolErrorCode } from './errors.ts';
import { decodeMessage, encodeMessage } from './messages/codec.ts';
import { messageTable } from './messages/table.ts';
import { parsePeerId } from './peer-id.ts';
import { hostileCbor, hostileText } from './testing/hostile.ts';
import { openSample, sampleAdvert, sampleEntry, sampleFacts, sampleFullAdvert, sampleInvitation, sampleJob, sampleMembership, sampleMessages, samplePeer, sampleResults, sampleRevocations, sampleSealedResult, sampleSigner, sampleToken } from './testing/samples.ts';
import { factKinds, messageTypes } from './testing/vectors.ts';

const seed = Number(process.env['SHOAL_SEED'] ?? 20_011_231);
const codes: Record<ProtocolErrorCode, true> = {
  'document-oversize': true,
  'document-malformed': true,
  'signature-invalid': true,
  'message-unknown': true,
  'cid-invalid': true,
  'peer-id-invalid': true,
  'selector-invalid': true,
  'membership-invalid': true,
  'token-invalid': true,
};
/** Whoever signs may sign anything: these inputs are past the signature. */
const anySignature: Crypto = { sha256: systemCrypto.sha256, verify: () => true };
const { publicKey } = sampleSigner;
const sig = new Uint8Array(64);

const payloadOf = (envelope: Uint8Array): Uint8Array => (decodeValue(envelope, 1_000_000) as { payload: Uint8Array }).payload;
const envelopeOf = (payload: Uint8Array): Uint8Array => encodeValue({ key: publicKey, payload, sig });
const bodyOf = (message: Uint8Array): Uint8Array => message.subarray(1);

const entries = factKinds.map((kind) => sampleEntry([sampleFacts[kind]], kind === 'posted' ? undefined : sampleJob));
const messages = messageTypes.map((type) => encodeMessage({ type, ...sampleMessages[type] } as never));
const results = Object.values(sampleResults);
const adverts = [sampleAdvert, sampleFullAdvert];
const all = [...entries, ...entries.map(payloadOf), ...messages.map(bodyOf), ...results, payloadOf(sampleAdvert)];
let fed = 0;

/** Feeds a decoder; whatever it takes must read the same once it is written again. */
function feed<I, T>(arbitrary: fc.Arbitrary<I>, runs: number, decode: (input: I) => T, again: (taken: T, input: I) => void): { taken: number; refused: number } {
  const outcome = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(arbitrary, (input) => {
      fed += 1;
      let value: T;
      try {
        value = decode(input);
      } catch (error) {
        if (!(error instanceof ShoalError) || !(error.code in codes)) throw error;
        ok(error.message.length < 2_000);
        outcome.refused += 1;
        return;
      }
      outcome.taken += 1;
      again(value, input);
    }),
    { seed, numRuns: runs },
  );
  // A generator that only ever makes what the first check refuses would prove nothing.
  expect(outcome.refused).toBeGreaterThan(runs / 4);
  expect(outcome.taken).toBeGreaterThan(0);
  return outcome;
}

function collectGarbage(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe(`decoders under hostile bytes (seed ${seed})`, () => {
  const heapBefore = collectGarbage();
  const sealAgain = (value: { at: number; facts: never[] }, job?: typeof sampleJob) => sealEntry({ ...value, ...(job !== undefined && { job }) }, sampleSigner, systemCrypto);

  it('openEntry refuses every envelope that is not the one that was signed', () => {
    const known = new Set(entries.map(String));
    feed(hostileCbor(entries), 10_000, (bytes) => openEntry(bytes, systemCrypto), ({ bytes }) => ok(known.has(String(bytes))));
  });

  it('openEntry takes what anybody signs, or says why not', () => {
    feed(
      hostileCbor(entries.map(payloadOf)),
      45_000,
      (payload) => openEntry(envelopeOf(payload), anySignature),
      ({ value, job, id }) => deepStrictEqual(sealAgain(value as never, job === id ? undefined : job).value, value),
    );
  });

  it('openAdvert refuses every envelope that is not the one that was signed', () => {
    feed(hostileCbor(adverts), 10_000, (bytes) => openAdvert(bytes, systemCrypto), ({ bytes }) => ok(adverts.some((advert) => String(advert) === String(bytes))));
  });

  it('openAdvert takes what anybody signs, or says why not', () => {
    feed(
      hostileCbor(adverts.map(payloadOf)),
      25_000,
      (payload) => openAdvert(envelopeOf(payload), anySignature),
      ({ value }) => deepStrictEqual(sealAdvert(value, sampleSigner, systemCrypto).value, value),
    );
  });

  it('a membership lets in nobody whom it does not name, whatever is done to it', () => {
    const at = { mesh: sampleInvitation.mesh, authority: publicKey, peer: samplePeer, now: sampleInvitation.at };
    feed(hostileCbor([sampleMembership]), 10_000, (shown) => openMembership(shown, at, systemCrypto), ({ invitation }) => deepStrictEqual(invitation, sampleInvitation));
  });

  it('openRevocations takes what the authority signs, or says why not', () => {
    const of = { mesh: sampleInvitation.mesh, authority: publicKey };
    feed(hostileCbor([payloadOf(sampleRevocations)]), 10_000, (payload) => openRevocations(envelopeOf(payload), of, anySignature), ({ value }) =>
      deepStrictEqual(sealRevocations(value, sampleSigner, systemCrypto).value, value),
    );
  });

  it('decodeToken reads a token, or says what it expected', () => {
    feed(hostileText([sampleToken]), 5_000, decodeToken, (token) => deepStrictEqual(decodeToken(encodeToken(token)), token));
  });

  it('decodeMessage takes a message of the table, or says why not', () => {
    const ids = Object.values(messageTable).map((kind) => kind.id);
    const framed = fc.oneof(
      ...messages.map((message) => hostileCbor([bodyOf(message)]).map((body) => Uint8Array.of(message[0] as number, ...body))),
      fc.tuple(fc.oneof(fc.constantFrom(...ids), fc.nat(255)), hostileCbor(messages.map(bodyOf))).map(([id, body]) => Uint8Array.of(id, ...body)),
      fc.uint8Array({ maxLength: 40 }),
    );
    feed(framed, 60_000, decodeMessage, (message) => deepStrictEqual(decodeMessage(encodeMessage(message)), message));
  });

  it('decodeResult takes a result, or says why not', () => {
    feed(hostileCbor(results), 20_000, decodeResult, (result) => deepStrictEqual(decodeResult(encodeResult(result, systemCrypto).bytes), result));
  });

  it('decodeSealedResult takes what is well formed, and nothing opens that was not sealed for its requester', () => {
    let opened = 0;
    feed(hostileCbor([sampleSealedResult]), 5_000, decodeSealedResult, (_, document) => {
      const inside = openSample(document);
      if (inside === undefined) return;
      opened += 1;
      deepStrictEqual(inside.result, decodeResult(sampleResults.full as Uint8Array));
    });
    expect(opened).toBeGreaterThan(0);
  });

  it('decodeValue takes nothing but what encodeValue writes', () => {
    feed(hostileCbor(all), 10_000, (bytes) => decodeValue(bytes, 100_000), (value, bytes) => deepStrictEqual(encodeValue(value), bytes));
  });

  it('parseCid and parsePeerId take names, or say what they expected', () => {
    const cids = [sampleJob, 'QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR', 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'];
    feed(hostileText(cids), 12_000, parseCid, (cid) => ok(parseCid(cid) === cid));
    feed(hostileText([samplePeer]), 8_000, parsePeerId, (peer) => ok(parsePeerId(peer) === peer));
  });

  it('all of that leaves nothing behind', () => {
    expect(fed).toBeGreaterThanOrEqual(200_000);
    expect(collectGarbage() - heapBefore).toBeLessThan(8_000_000);
  });
});
