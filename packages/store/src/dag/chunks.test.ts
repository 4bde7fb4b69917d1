import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFile } from './build.ts';
import { abortable, rechunk } from './chunks.ts';

async function* streamOf(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('A file', () => {
  it('is hashed in the same memory, however large it is', async () => {
    const MiB = 1024 * 1024;
    let most = 0;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 768; at += 1) {
        yield new Uint8Array(MiB - 1);
        most = Math.max(most, process.memoryUsage().arrayBuffers);
        if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const before = process.memoryUsage().arrayBuffers;
    const { bytes } = await buildFile(content(), { hash: () => new Uint8Array(32), signal: new AbortController().signal });
    expect(bytes).toBe(768 * (MiB - 1));
    expect((most - before) / MiB).toBeLessThan(256);
  });
});

describe('Chunks', () => {
  it('are of one size but for the last, whatever the pieces were', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), fc.integer({ min: 1, max: 16 }), async (pieces, size) => {
        const chunks = await all(rechunk(streamOf(pieces), size));
        expect(Buffer.concat(chunks)).toEqual(Buffer.concat(pieces));
        for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(size);
        const total = Buffer.concat(pieces).length;
        expect(chunks).toHaveLength(Math.max(1, Math.ceil(total / size)));
      }),
    ));

  it('end with the signal even while the source hangs, and tell the source', async () => {
    let told = false;
    const hanging: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          told = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const abort = new AbortController();
    const reading = Promise.allSettled([all(abortable(hanging, abort.signal))]);
    abort.abort(new Error('enough'));
    expect((await reading)[0]).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(told).toBe(true);
    await expect(all(abortable(streamOf([]), abort.signal))).rejects.toThrow('enough');
  });
});
