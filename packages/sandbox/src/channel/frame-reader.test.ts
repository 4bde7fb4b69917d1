import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { frameHeader, toParent } from './frames.ts';

const frame = fc.record({ kind: fc.constantFrom(...Object.values(toParent)), payload: fc.uint8Array({ maxLength: 300 }) });

test('frames come out as they went in, however the stream was cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 70 }), (frames, cut) => {
      const got: { kind: number; bytes: number[] }[] = [];
      const reader = new FrameReader(300, (kind, payload) => {
        const last = got[got.length - 1];
        // Streamed kinds come in pieces: what counts is their bytes in order.
        if (last?.kind === kind && (kind === toParent.stdout || kind === toParent.fileData)) last.bytes.push(...payload);
        else got.push({ kind, bytes: [...payload] });
      });
      const stream = Buffer.concat(frames.flatMap(({ kind, payload }) => [frameHeader(kind, payload.length), payload]));
      for (let at = 0; at < stream.length; at += cut) expect(reader.push(stream.subarray(at, at + cut))).toBe(true);
      const expected: { kind: number; bytes: number[] }[] = [];
      for (const { kind, payload } of frames) {
        const last = expected[expected.length - 1];
        if (last?.kind === kind && (kind === toParent.stdout || kind === toParent.fileData)) last.bytes.push(...payload);
        else expected.push({ kind, bytes: [...payload] });
      }
      expect(got).toEqual(expected);
    }),
  );
});

test('a frame that announces too much is refused before anything is kept for it', () => {
  const reader = new FrameReader(1000, () => expect.unreachable());
  expect(reader.push(frameHeader(toParent.log, 1001))).toBe(false);
  expect(new FrameReader(1000, () => undefined).push(frameHeader(toParent.stdout, 0xffff_ffff))).toBe(false);
});
