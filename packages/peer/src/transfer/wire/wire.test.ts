import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '@shoal/runtime';
import { blockOf, seededBytes } from '@shoal/store/testing';
import { transferLimits } from '../limits.ts';
import { ByteQueue } from './byte-queue.ts';
import { frameHead, readFrame } from './frame.ts';
import { answerHead, readAnswer, readRequest, requestFrame } from './messages.ts';

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] as number);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const pieceSizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 });
const { cid } = blockOf('raw', seededBytes(10, 'a'));

describe('The wire of block exchange', () => {
  it('has these bytes', () => {
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const text = Buffer.from(cid).toString('hex');
    expect(hex(requestFrame([cid]))).toBe(`0000004400000000a16477616e7481783b${text}`);
    expect(hex(answerHead({ cid, bytes: new Uint8Array(258) }))).toBe(`0000004900000102a263636964783b${text}65666f756e64f5`);
    expect(hex(answerHead({ cid, bytes: undefined }))).toBe(`0000004900000000a263636964783b${text}65666f756e64f4`);
  });

  it('reads what it wrote, however it comes in pieces', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }), { maxLength: 8 }), pieceSizes, async (blocks, sizes) => {
        const frames = blocks.flatMap((bytes) => [answerHead({ cid, bytes }), bytes ?? new Uint8Array()]);
        const queue = new ByteQueue(inPieces(Buffer.concat(frames), sizes));
        for (const bytes of blocks) expect(Buffer.from((await readAnswer(queue))?.bytes ?? []).equals(Buffer.from(bytes ?? []))).toBe(true);
        expect(await readAnswer(queue)).toBeUndefined();
      }),
    ));

  it('lets fields be that it does not know', async () => {
    const text = new TextEncoder().encode(cid);
    const header = Buffer.concat([Buffer.from('a3', 'hex'), Buffer.from('63636964783b', 'hex'), text, Buffer.from('65666f756e64f5', 'hex'), Buffer.from('666c617465726f01', 'hex')]);
    const queue = new ByteQueue(inPieces(Buffer.concat([frameHead(header, 1), Buffer.from([7])]), [9]));
    const answer = await readAnswer(queue);
    expect(answer?.cid).toBe(cid);
    expect([...(answer?.bytes ?? [])]).toEqual([7]);
  });

  it('refuses sizes beyond its bounds before it gathers anything', async () => {
    let taken = 0;
    const endless = async function* (head: Uint8Array): AsyncGenerator<Uint8Array> {
      yield head;
      for (;;) {
        taken += 1;
        yield new Uint8Array(1000);
      }
    };
    const sizes = (header: number, body: number): Uint8Array => {
      const head = new Uint8Array(8);
      new DataView(head.buffer).setUint32(0, header);
      new DataView(head.buffer).setUint32(4, body);
      return head;
    };
    for (const head of [sizes(transferLimits.headerBytes + 1, 0), sizes(10, transferLimits.blockBytes + 1), sizes(0xffffffff, 0xffffffff)]) {
      await expect(readAnswer(new ByteQueue(endless(head)))).rejects.toMatchObject({ code: 'transfer-malformed' });
      await expect(readFrame(new ByteQueue(endless(head)), transferLimits.blockBytes)).rejects.toMatchObject({ code: 'transfer-malformed' });
    }
    expect(taken).toBe(0);
  });

  it('answers whatever comes with a value or a typed error', async () => {
    const valid = [requestFrame([cid, cid]), Buffer.concat([answerHead({ cid, bytes: new Uint8Array(20) }), new Uint8Array(20)]), answerHead({ cid, bytes: undefined })];
    const mutated = fc
      .tuple(fc.constantFrom(...valid), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(30))
      .map(([bytes, changes, cut]) => {
        const copy = new Uint8Array(bytes.subarray(0, Math.max(0, bytes.length - (cut < 20 ? 0 : cut))));
        for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
        return copy;
      });
    const inputs = fc.oneof(mutated, fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(inputs, pieceSizes, async (bytes, sizes) => {
        for (const read of [readRequest, readAnswer]) {
          const queue = new ByteQueue(inPieces(bytes, sizes));
          try {
            for (let value = await read(queue); value !== undefined; value = await read(queue)) expect(typeof value).toBe('object');
          } catch (error) {
            expect(['transfer-malformed', 'transfer-cut']).toContain(codeOf(error));
          }
        }
      }),
      { numRuns: 5000 },
    );
  });
});

