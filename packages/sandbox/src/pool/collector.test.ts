import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Collector } from './collector.ts';
import { readProgress, readReport } from './report.ts';

const limits = { outputBytes: 100, logBytes: 10 };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function head(path: string | Uint8Array, length: number): Uint8Array {
  const name = typeof path === 'string' ? bytesOf(path) : path;
  const bytes = new Uint8Array(8 + name.length);
  new DataView(bytes.buffer).setFloat64(0, length, true);
  bytes.set(name, 8);
  return bytes;
}

test('files come whole and in order', () => {
  const collector = new Collector(limits);
  expect(collector.file(head('a/b', 3))).toBeUndefined();
  expect(collector.fileData(bytesOf('ab'))).toBeUndefined();
  expect(collector.whole()).toBe(false);
  expect(collector.file(head('c', 0))).toMatch(/before the last one was whole/);
  expect(collector.fileData(bytesOf('c'))).toBeUndefined();
  expect(collector.file(head('empty', 0))).toBeUndefined();
  expect(collector.whole()).toBe(true);
  expect(collector.takeFiles()).toEqual([
    { path: 'a/b', bytes: bytesOf('abc') },
    { path: 'empty', bytes: new Uint8Array(0) },
  ]);
});

test.each(['', '/a', 'a//b', '../a', 'a/../b', 'a/.', 'a/', 'x'.repeat(256), 'a\0b', Uint8Array.of(0xff, 0xfe)])('refuses the path %j', (path) => {
  expect(new Collector(limits).file(head(path, 1))).toMatch(/proper path/);
});

test.each([-1, 0.5, NaN, Infinity, 2 ** 60, 101])('refuses a file of %d bytes', (length) => {
  expect(new Collector(limits).file(head('a', length))).toBeDefined();
});

test('refuses more than was allowed or announced, and the same path twice', () => {
  expect(new Collector(limits).stdout(new Uint8Array(101))).toBeDefined();
  expect(new Collector(limits).log(new Uint8Array(11))).toBeDefined();
  const collector = new Collector(limits);
  expect(collector.fileData(bytesOf('x'))).toBeDefined();
  collector.file(head('a', 1));
  expect(collector.fileData(bytesOf('xy'))).toMatch(/more of a file/);
  collector.fileData(bytesOf('x'));
  collector.file(head('a', 0));
  expect(collector.whole()).toBe(false);
});

test('reports and notes of any bytes are read or refused, never thrown', () => {
  const report = { inputBytes: 1, peakMemoryBytes: 2, fuel: 3 };
  expect(readReport(bytesOf(JSON.stringify(report)))).toEqual(report);
  const lies = [{ ...report, fuel: -1 }, { ...report, failure: { code: 'cancelled', message: 'x', deterministic: true } }, { ...report, failure: 7 }, [], null, 5];
  for (const lie of lies) expect(readReport(bytesOf(JSON.stringify(lie)))).toBeUndefined();
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf)), (bytes) => {
      readReport(bytes);
      readProgress(bytes);
    }),
  );
});

test('a file is filled from the window as far as it was announced, and no further', () => {
  const collector = new Collector(limits);
  const fill = (target: Uint8Array): void => void target.fill(120);
  expect(collector.fileWindow(1, fill)).toMatch(/more of a file/);
  collector.file(head('a', 4));
  expect(collector.fileWindow(3, fill)).toBeUndefined();
  expect(collector.fileWindow(2, fill)).toMatch(/more of a file/);
  expect(collector.fileWindow(1, () => { throw new Error('cut'); })).toMatch(/cannot be read: cut/);
  expect(collector.whole()).toBe(false);
  collector.fileData(bytesOf('y'));
  expect(collector.takeFiles()).toEqual([{ path: 'a', bytes: bytesOf('xxxy') }]);
});
