import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFile } from './build.ts';
import { cidOf } from './cids.ts';
import { contentBytes, dagBytesOf } from './sizes.ts';

const MiB = 1024 * 1024;
const piece = new Uint8Array(MiB);
const digest = new Uint8Array(32);
const node = cidOf('dag-pb', digest);

async function* pieces(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= MiB) yield left >= MiB ? piece : piece.subarray(0, left);
}

describe('The size of a DAG', () => {
  it.each([0, 1, MiB, MiB + 1, 2 * MiB, 129 * MiB + 5, 1024 * MiB, 1024 * MiB + 1, 2049 * MiB + 17])(
    'is that of the blocks that the importer makes of %i bytes',
    async (size) => {
      const { dagBytes } = await buildFile(pieces(size), { hash: () => digest });
      expect(dagBytesOf(size)).toBe(dagBytes);
      expect(contentBytes(dagBytes, size > MiB ? node : cidOf('raw', digest))).toBe(size);
    },
  );

  it('tells the size of the content', () => {
    fc.assert(fc.property(fc.integer({ min: MiB + 1, max: 2 ** 42 }), (size) => contentBytes(dagBytesOf(size), node) === size));
  });

  it('is taken as it is where no content of ours has such a DAG', () => {
    expect(contentBytes(MiB + 1, node)).toBe(MiB + 1);
    expect(contentBytes(Number.MAX_VALUE, node)).toBe(0);
    expect(contentBytes(-5, node)).toBe(0);
  });
});
