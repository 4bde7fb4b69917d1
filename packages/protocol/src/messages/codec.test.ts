import { describe, expect, it } from 'vitest';
import { encodeValue } from '../codec.ts';
import { toLink } from '../cid.ts';
import { sampleJob as job } from '../testing/samples.ts';
import { messageTypes } from '../testing/vectors.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import { messageTable } from './table.ts';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('a message', () => {
  it.each(messageTypes)('%s is refused by its size before it is read', (type) => {
    const { id, maxBytes } = messageTable[type];
    const oversize = new Uint8Array(maxBytes + 1).fill(0xff);
    oversize[0] = id;
    expect(() => decodeMessage(oversize)).toThrow(code('document-oversize'));
    expect(() => decodeMessage(oversize.subarray(0, maxBytes))).toThrow(code('document-malformed'));
  });

  it('of an unknown number or of nothing is refused as such', () => {
    for (const bytes of [[], [0], [200, 0xa0], [255]]) expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(code('message-unknown'));
  });

  it('tolerates fields of a later version', () => {
    const body = encodeValue({ job: toLink(job), lease: 'l1', units: [1], later: { deep: [1, 2] } });
    expect(decodeMessage(Uint8Array.of(messageTable.reveal.id, ...body))).toEqual({ type: 'reveal', job, lease: 'l1', units: [1] });
  });

  it('too large to be taken is not sent', () => {
    const reason = { code: 'busy', text: '\u{1F41F}'.repeat(512) };
    expect(() => encodeMessage({ type: 'decline', job, reasons: Array.from({ length: 16 }, () => reason) })).toThrow(code('document-oversize'));
    expect(() => encodeMessage({ type: 'decline', job, reasons: [] })).toThrow(/Cannot write a decline: decline\.reasons/);
  });
});
