import { createHash } from 'node:crypto';
import { decodeMessage, encodeMessage, limits, ProtocolError, type MessageBody } from '@shoal/protocol';
import { systemCrypto, type Cid } from '@shoal/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerReconcile, beginReconcile, SortedIds, type ReconcileBody } from './reconcile.ts';

const seed = 4_711;
const job = 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua' as Cid;
const hashed = (i: number): Uint8Array => new Uint8Array(createHash('sha256').update(String(i)).digest());
/** Ids that only differ in their last bytes. */
const crowded = (i: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => (at < 30 ? 7 : at === 30 ? i >> 8 : i & 255));

function setOf(count: number, id: (i: number) => Uint8Array = hashed, from = 0): SortedIds {
  const set = new SortedIds(systemCrypto);
  for (let i = from; i < from + count; i += 1) set.insert(id(i));
  return set;
}

function union(...sets: SortedIds[]): SortedIds {
  const all = new SortedIds(systemCrypto);
  for (const set of sets) for (const id of set.slice(0, set.size)) all.insert(id);
  return all;
}

/** Carries messages to and fro as the wire would, entries before the reply, until nothing is left to say. */
function exchange(left: SortedIds, right: SortedIds): { messages: number; bytes: number; sent: number } {
  const cost = { messages: 0, bytes: 0, sent: 0 };
  let [from, to] = [left, right];
  let body: ReconcileBody | undefined = beginReconcile(left);
  while (body !== undefined) {
    const bytes = encodeMessage({ type: 'reconcile', job, ...body });
    cost.messages += 1;
    cost.bytes += bytes.length;
    expect(cost.messages).toBeLessThan(2_000);
    const answer = answerReconcile(to, decodeMessage(bytes) as MessageBody<'reconcile'>);
    cost.sent += answer.send.length;
    for (const id of answer.send) from.insert(id);
    body = answer.reply;
    [from, to] = [to, from];
  }
  return cost;
}

function expectEqual(left: SortedIds, right: SortedIds): void {
  expect(left.size).toBe(right.size);
  expect(left.fingerprint(0, left.size)).toEqual(right.fingerprint(0, right.size));
}

describe(`reconciling two sets (seed ${seed})`, () => {
  it('ends with both alike, each missing id sent once, within few messages', () => {
    const count = fc.oneof(fc.nat(3), fc.nat(80), fc.nat(1_500));
    fc.assert(
      fc.property(fc.constantFrom(hashed, crowded), count, count, count, (id, common, onlyLeft, onlyRight) => {
        const shared = setOf(common, id);
        const left = union(shared, setOf(onlyLeft, id, 10_000));
        const right = union(shared, setOf(onlyRight, id, 20_000));
        const { messages, bytes, sent } = exchange(left, right);
        expectEqual(left, right);
        expect(left.size).toBe(common + onlyLeft + onlyRight);
        expect(sent).toBe(onlyLeft + onlyRight);
        expect(messages).toBeLessThanOrEqual(8 + sent / 100);
        expect(bytes).toBeLessThan(1_200 + 2_500 * Math.min(sent, 20) + 150 * sent);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('that are equal costs one message', () => {
    expect(exchange(setOf(3_000), setOf(3_000))).toMatchObject({ messages: 1, sent: 0 });
    expect(exchange(setOf(0), setOf(0))).toMatchObject({ messages: 1, sent: 0 });
  });

  it('costs in proportion to the difference, not to the sets', () => {
    const cost = (size: number, differences: number): { messages: number; bytes: number } => {
      const all = setOf(size);
      const some = new SortedIds(systemCrypto);
      // Every so-many-th is missing: spread over the whole set, the dearest case.
      for (const [i, id] of all.slice(0, size).entries()) if (i % Math.floor(size / differences) !== 0 || i >= differences * Math.floor(size / differences)) some.insert(id);
      const result = exchange(some, all);
      expectEqual(some, all);
      expect(result.sent).toBe(differences);
      return result;
    };
    expect(cost(20_000, 1).bytes).toBeLessThan(4_000);
    expect(cost(20_000, 10).bytes).toBeLessThan(30_000);
    expect(cost(20_000, 10).messages).toBeLessThanOrEqual(7);
    expect(cost(20_000, 200).bytes).toBeLessThan(400_000);
  });

  it('fills an empty one in steps, whichever side begins', () => {
    for (const [left, right] of [[setOf(0), setOf(5_000)], [setOf(5_000), setOf(0)]] as const) {
      expect(exchange(left, right).messages).toBeLessThan(20);
      expectEqual(left, right);
    }
  });
});

describe('a hostile reconcile', () => {
  const ids = setOf(3_000);
  const bound = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
  const none = bound();
  const print = new Uint8Array(16);
  const full = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

  it.each<[string, ReconcileBody]>([
    ['a range that runs backwards', { ranges: [{ after: bound(5), upTo: bound(4), print }], want: [] }],
    ['an empty range', { ranges: [{ after: bound(5), upTo: bound(5), print }], want: [] }],
    ['overlapping ranges', { ranges: [{ after: none, upTo: bound(5), print }, { after: bound(4), upTo: none, print }], want: [] }],
    ['the whole set twice', { ranges: [{ after: none, upTo: none, print }, { after: none, upTo: none, print }], want: [] }],
    ['a range after the end', { ranges: [{ after: none, upTo: none, print }, { after: bound(9), upTo: none, print }], want: [] }],
    ['neither fingerprint nor ids', { ranges: [{ after: none, upTo: none }], want: [] }],
    ['fingerprint and ids', { ranges: [{ after: none, upTo: none, print, ids: [] }], want: [] }],
    ['ids below the range', { ranges: [{ after: bound(5), upTo: none, ids: [full(4)] }], want: [] }],
    ['ids above the range', { ranges: [{ after: none, upTo: bound(5), ids: [full(5)] }], want: [] }],
    ['ids out of order', { ranges: [{ after: none, upTo: none, ids: [full(5), full(4)] }], want: [] }],
    ['an id twice', { ranges: [{ after: none, upTo: none, ids: [full(5), full(5)] }], want: [] }],
    ['the same wish a thousand times', { ranges: [], want: [full(5), full(5)] }],
  ])('with %s is refused', (_, body) => {
    expect(() => answerReconcile(ids, body)).toThrow(expect.objectContaining({ code: 'document-malformed', message: expect.stringMatching(/^Cannot take a reconcile: /) }));
  });

  it('with fingerprints that never agree gets bounded answers, and nothing is sent', () => {
    let body: ReconcileBody = beginReconcile(setOf(1));
    for (let round = 0; round < 50; round += 1) {
      const answer = answerReconcile(ids, body);
      expect(answer.send).toEqual([]);
      const ranges = answer.reply?.ranges ?? [];
      expect(ranges.length).toBeLessThanOrEqual(limits.maxReconcileRanges);
      expect(ranges.reduce((sum, range) => sum + (range.ids?.length ?? 0), 0)).toBeLessThanOrEqual(2_048);
      encodeMessage({ type: 'reconcile', job, ranges, want: [] }); // within its size
      body = { ranges: ranges.map(({ after, upTo }) => ({ after, upTo, print })), want: [] };
    }
  });

  it('gets answers that fit into a message, at the longest', () => {
    const ends = Array.from({ length: limits.maxReconcileRanges }, (_, i) => Uint8Array.from({ length: 32 }, (_unused, at) => (at === 0 ? i >> 2 : at === 1 ? (i & 3) << 6 : 1)));
    const ranges = ends.map((upTo, i) => (i < 64 ? { after: ends[i - 1] ?? none, upTo, ids: ends.slice(0, 32) } : { after: ends[i - 1] as Uint8Array, upTo, print }));
    const want = ends.slice(0, limits.maxReconcileIds);
    expect(encodeMessage({ type: 'reconcile', job, ranges, want }).length).toBeGreaterThan(200_000);
  });

  it('with the largest lists gets bounded answers', () => {
    const list = (from: number): Uint8Array[] => Array.from({ length: limits.maxReconcileIds }, (_, i) => Uint8Array.from({ length: 32 }, (_unused, at) => (at === 0 ? from : at === 1 ? i >> 8 : at === 2 ? i & 255 : 0)));
    const ranges = Array.from({ length: 6 }, (_, i) => ({ after: i === 0 ? none : bound(i, 255), upTo: bound(i + 1, 255), ids: list(i + 1) }));
    const answer = answerReconcile(ids, { ranges, want: [] });
    expect(answer.want.length).toBeLessThanOrEqual(limits.maxReconcileIds);
    expect(answer.send.length).toBeLessThanOrEqual(limits.maxReconcileIds);
    expect(encodeMessage({ type: 'reconcile', job, ranges: [], want: [], ...answer.reply }).length).toBeLessThan(100_000);
  });

  it(`of any shape ends in an answer within the limits or in its code (seed ${seed})`, () => {
    const anyBound = fc.oneof(fc.constant(none), fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(2_999).map((i) => ids.at(i)));
    const anyId = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(2_999).map((i) => ids.at(i)));
    const byBytes = (list: Uint8Array[]): Uint8Array[] => list.toSorted((a, b) => Buffer.compare(a, b));
    const anyIds = fc.array(anyId, { maxLength: 20 }).map(byBytes);
    const loose = fc.record({ after: anyBound, upTo: anyBound, print: fc.uint8Array({ minLength: 16, maxLength: 16 }), ids: anyIds }, { requiredKeys: ['after', 'upTo'] });
    /** In order, so that most pass the first look. */
    const chained = fc.tuple(fc.array(anyBound, { maxLength: 12 }).map(byBytes), anyIds, fc.boolean()).map(([bounds, listed, isListed]) =>
      bounds.slice(1).map((upTo, i) => {
        const after = bounds[i] as Uint8Array;
        const within = listed.filter((id) => Buffer.compare(id, after) > 0 && (upTo.length === 0 || Buffer.compare(id, upTo) <= 0));
        return isListed ? { after, upTo, ids: within } : { after, upTo, print };
      }),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(fc.array(loose, { maxLength: 4 }), chained), anyIds, (ranges, want) => {
        try {
          const answer = answerReconcile(ids, { ranges, want });
          taken += 1;
          if (answer.reply !== undefined) decodeMessage(encodeMessage({ type: 'reconcile', job, ...answer.reply }));
          expect(answer.send.every((id) => ids.has(id))).toBe(true);
          expect(answer.want.some((id) => ids.has(id))).toBe(false);
        } catch (error) {
          if (!(error instanceof ProtocolError) || error.code !== 'document-malformed') throw error;
        }
      }),
      { seed, numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(300);
    expect(ids.size).toBe(3_000);
  });
});
