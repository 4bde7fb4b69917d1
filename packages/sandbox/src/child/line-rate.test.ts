import { expect, test } from 'vitest';
import { maxLogLinesPerSecond } from '../limits.ts';
import { LineRate } from './line-rate.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (pieces: Uint8Array[]): string => pieces.map((piece) => new TextDecoder().decode(piece)).join('');

test('so many lines pass in a second, the others are counted, whole lines each', () => {
  let now = 0;
  const rate = new LineRate(() => now);
  const lines = 'x\n'.repeat(maxLogLinesPerSecond - 1);
  expect(textOf(rate.take(bytesOf(lines)))).toBe(lines);
  expect(rate.missing()).toBeUndefined();
  // One more line passes, in two pieces; the next ones do not, their pieces neither.
  expect(textOf(rate.take(bytesOf('last')))).toBe('last');
  expect(textOf(rate.take(bytesOf(' one\nlost\nlo')))).toBe(' one\n');
  expect(textOf(rate.take(bytesOf('st too\nhalf')))).toBe('');
  now = 1000;
  expect(textOf(rate.take(bytesOf(' a line\nback\n')))).toBe('back\n');
  expect(rate.recovered).toBe(true);
  expect(rate.missing()).toBe(`[3 lines left out: more than ${maxLogLinesPerSecond} in a second]\n`);
  expect(rate.missing()).toBeUndefined();
});

test('a long line is one line', () => {
  const rate = new LineRate(() => 0);
  for (let i = 0; i < maxLogLinesPerSecond * 2; i++) expect(textOf(rate.take(bytesOf('part')))).toBe('part');
});
