import { describe, expect, it } from 'vitest';
import type { ExecutionOutcome } from '@shoal/runtime';
import { differenceOf } from './compare.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ran = (stdout: string, files: Record<string, string> = {}, fuel = 5): ExecutionOutcome => ({
  ok: true,
  stdout: bytes(stdout),
  files: Object.entries(files).map(([path, text]) => ({ path, bytes: bytes(text) })),
  log: bytes('whatever'),
  usage: { wallMs: 1, inputBytes: 0, peakMemoryBytes: 0, fuel },
});
const failed = (message: string): ExecutionOutcome => ({
  ok: false,
  failure: { code: 'program-exited', message, deterministic: true },
  log: bytes(''),
  usage: { wallMs: 1, inputBytes: 0, peakMemoryBytes: 0 },
});

describe('differenceOf', () => {
  it('is undefined for equal bytes and fuel, whatever the order of files', () => {
    expect(differenceOf(ran('a', { x: '1', y: '2' }), ran('a', { y: '2', x: '1' }))).toBeUndefined();
    expect(differenceOf(failed('exit code 1'), failed('exit code 1'))).toBeUndefined();
  });

  it.each([
    [ran('abc'), ran('abd'), 'standard output differs from byte 2 on'],
    [ran('abc'), ran('ab'), 'standard output differs from byte 2 on'],
    [ran('', { a: '1' }), ran(''), 'one run left 1 files in /out, another 0'],
    [ran('', { a: '1' }), ran('', { b: '1' }), 'only one run left a in /out'],
    [ran('', { a: '11' }), ran('', { a: '12' }), 'a in /out differs from byte 1 on'],
    [ran('', {}, 5), ran('', {}, 6), 'one run used 5 fuel, another 6'],
    [ran(''), failed('exit code 1'), 'one run ended well, another failed with program-exited: exit code 1'],
  ])('says what differs', (a, b, text) => expect(differenceOf(a, b)).toBe(text));
});
