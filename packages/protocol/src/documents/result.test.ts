import { systemCrypto } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { encodeValue } from '../codec.ts';
import { limits } from '../limits.ts';
import { decodeResult, encodeResult, liesInside, type Output } from './result.ts';

const empty: Output = { inline: new Uint8Array() };
const raw = (files: { path: string }[]): Uint8Array => encodeValue({ stdout: empty, files: files.map(({ path }) => ({ path, content: empty })) });

describe('a result', () => {
  it('is the same in whatever order its files were written', () => {
    const files = ['b', 'a/c', 'ü', 'a'].map((path) => ({ path, content: empty }));
    const one = encodeResult({ stdout: empty, files }, systemCrypto);
    expect(encodeResult({ stdout: empty, files: files.toReversed() }, systemCrypto)).toEqual(one);
    expect(decodeResult(one.bytes).files.map((file) => file.path)).toEqual(['a', 'a/c', 'b', 'ü']);
  });

  it('is refused out of order or with a file twice, since equal results must be equal bytes', () => {
    for (const paths of [['b', 'a'], ['a', 'a']]) {
      expect(() => decodeResult(raw(paths.map((path) => ({ path }))))).toThrow(expect.objectContaining({ code: 'document-malformed' }));
    }
  });

  it('holds small outputs until there is no more room, and links to the others', () => {
    const { maxInlineOutputBytes: most, maxInlineTotalBytes: total } = limits;
    expect(liesInside([most, most + 1, most, 1, 0])).toEqual([true, false, true, false, true]);
    const sizes = [0, ...Array.from({ length: limits.maxOutputFiles }, () => 1_000)];
    const inside = liesInside(sizes);
    expect(inside.filter(Boolean)).toHaveLength(1 + Math.floor(total / 1_000));
    const { cid } = encodeResult({ stdout: empty, files: [] }, systemCrypto);
    const files = sizes.slice(1).map((bytes, i) => ({ path: `out/part-${i}.csv`, content: inside[i + 1] ? { inline: new Uint8Array(bytes) } : { cid, bytes } }));
    expect(decodeResult(encodeResult({ stdout: empty, files }, systemCrypto).bytes).files).toHaveLength(files.length);
  });

  it.each(['/etc/passwd', '../up', 'a/../../up', 'a/./b', 'a//b', 'a/', '', '..', 'C:\\up', '..\\up', 'a\u0000b', 'a\u001b[2Jb', 'x'.repeat(256)])(
    'has no file %j: paths become paths on the disk of whoever asked',
    (path) => {
      expect(() => decodeResult(raw([{ path }]))).toThrow(expect.objectContaining({ code: 'document-malformed' }));
    },
  );

  it('that does not fit into a reveal is not written', () => {
    const files = Array.from({ length: 5 }, (_, i) => ({ path: `${i}`, content: { inline: new Uint8Array(limits.maxInlineOutputBytes) } }));
    expect(() => encodeResult({ stdout: empty, files }, systemCrypto)).toThrow(expect.objectContaining({ code: 'document-oversize' }));
    expect(() => decodeResult(new Uint8Array(limits.maxResultBytes + 1))).toThrow(expect.objectContaining({ code: 'document-oversize' }));
  });
});
