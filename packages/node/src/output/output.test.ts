import { expect, test } from 'vitest';
import { fakeScreen } from '../testing/fake-screen.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { bar, gauge } from './bar.ts';
import { createLive } from './live.ts';
import { describeHours, describePolicy } from './policy.ts';
import { humanAge, humanBytes, humanDuration, humanMagnitude, humanShare } from './quantities.ts';
import { createStyle, styleFor } from './style.ts';
import { pairs, table } from './table.ts';
import { plural, printable, printableLine, shortId, truncate, widthOf } from './text.ts';

const plain = createStyle(false);

test('sizes have three figures and the unit that fits', () => {
  const cases: [number, string][] = [[0, '0 B'], [999, '999 B'], [1000, '1 kB'], [13_493_022, '13.5 MB'], [999_999, '1 MB'], [211_600_000, '212 MB'], [4.2e12, '4.2 TB']];
  for (const [bytes, text] of cases) expect(humanBytes(bytes)).toBe(text);
});

test('durations name at most two units', () => {
  const cases: [number, string][] = [[0.42, '0.4 ms'], [350, '350 ms'], [1_234, '1.2 s'], [12_400, '12 s'], [59_990, '1 min'], [185_000, '3 min 5 s'], [7_800_000, '2 h 10 min'], [273_600_000, '3 d 4 h'], [-5, '0 ms']];
  for (const [ms, text] of cases) expect(humanDuration(ms)).toBe(text);
  expect(humanAge(300)).toBe('just now');
  expect(humanAge(65_400)).toBe('1 min 5 s ago');
});

test('long numbers have three figures', () => {
  expect([0, 999, 1_200, 4_204_958_112, 1e21].map(humanMagnitude)).toEqual(['0', '999', '1.2 k', '4.2 G', '1000 E']);
});

test('shares keep the digits that tell something', () => {
  expect([humanShare(1, 3), humanShare(41, 10_000), humanShare(5, 100), humanShare(1, 0)]).toEqual(['33 %', '0.41 %', '5 %', '0 %']);
});

test('text of strangers cannot steer a terminal', () => {
  expect(printable('a\u001B[2Jb\u0007\r\nc\td\u202Ee')).toBe('a�[2Jb�\nc\td�e');
  expect(printableLine('two\nlines')).toBe('two lines');
});

test('colours do not count as width, and a cut text ends them', () => {
  const red = createStyle(true).red('abcdef');
  expect(widthOf(red)).toBe(6);
  expect(truncate(red, 6)).toBe(red);
  expect(widthOf(truncate(red, 4))).toBe(4);
  expect(truncate(red, 4).endsWith('\u001B[0m')).toBe(true);
});

test('there are colours on a terminal only, and never against NO_COLOR', () => {
  expect(styleFor({ isTTY: true, env: {} }).colours).toBe(true);
  expect(styleFor({ isTTY: false, env: {} }).colours).toBe(false);
  expect(styleFor({ isTTY: true, env: { NO_COLOR: '1' } }).colours).toBe(false);
  expect(styleFor({ isTTY: true, env: { TERM: 'dumb' } }).colours).toBe(false);
});

test('tables align, and shrink what may shrink', () => {
  const columns = [
    { title: 'NAME', value: (row: [string, number]) => row[0], shrinkTo: 6 },
    { title: 'N', value: (row: [string, number]) => String(row[1]), align: 'right' as const },
  ];
  const rows: [string, number][] = [['alpha', 7], ['a-longer-name', 1234]];
  expect(table(rows, columns, { style: plain })).toEqual(['NAME              N', 'alpha             7', 'a-longer-name  1234']);
  expect(table(rows, columns, { style: plain, width: 14 })).toEqual(['NAME         N', 'alpha        7', 'a-longe…  1234']);
  expect(pairs([['a', '1'], ['long', '2']], plain)).toEqual(['  a     1', '  long  2']);
});

test('bars are drawn in eighths, gauges in whole blocks', () => {
  expect(bar(1, 2, 4)).toBe('██');
  expect(bar(1, 1000, 4)).toBe('▏');
  expect(bar(0, 10, 4)).toBe('');
  expect(gauge(1, 4, 8)).toBe('██░░░░░░');
  expect(gauge(3, 0, 2)).toBe('░░');
});

test('words are counted and ids shortened', () => {
  expect([plural(1, 'unit'), plural(2000, 'unit'), plural(2, 'copy', 'copies')]).toEqual(['1 unit', '2,000 units', '2 copies']);
  expect(shortId('12D3KooWGRUoW8wTDyGFSrsAo8ZWRDdFxzF4UDvTeF3VyPGwdGSm')).toBe('…yPGwdGSm');
});

test('a live block is redrawn in place on a terminal, at a bounded rate', () => {
  const screen = fakeScreen({ isTTY: true, columns: 20 });
  const clock = manualClock();
  const live = createLive(screen, clock);
  live.draw(['one', 'two']);
  expect(screen.text()).toBe('\u001B[?25l\u001B[Jone\ntwo\n');
  screen.clear();
  live.draw(['three', 'x'.repeat(30)]);
  live.draw(['four', 'x'.repeat(30)]);
  expect(screen.text()).toBe('');
  clock.advance(100);
  expect(screen.text()).toBe(`\u001B[2A\r\u001B[Jfour\n${'x'.repeat(18)}…\n`);
  screen.clear();
  live.end();
  expect(screen.text()).toBe('\u001B[2A\r\u001B[J\u001B[?25h');
  expect(clock.pending).toBe(0);
});

test('where no terminal is, only notes are written', () => {
  const screen = fakeScreen();
  const live = createLive(screen, manualClock());
  live.draw(['one']);
  live.note('said');
  live.end();
  expect(screen.text()).toBe('said\n');
});

test('what the owner of a peer set is told in words, with when it works again', () => {
  const at = new Date(2026, 10, 25, 12).getTime();
  expect(describePolicy({ open: true })).toEqual([]);
  expect(describePolicy({ open: true, allowRequesters: ['a', 'b'], denyPrograms: ['1', '2', '3', '4'] })).toEqual(['serves only a, b', 'never runs 4 programs']);
  expect(describeHours({ open: true }, at)).toBeUndefined();
  expect(describeHours({ open: false, hours: ['sat-sun'], changesAt: new Date(2026, 10, 28).getTime() }, at)).toMatch(/^sat-sun; takes nothing from others now, works again from Saturday 00:00 on \(in 2 d 12 h\)$/);
  expect(describeHours({ open: true, hours: ['wed'], changesAt: new Date(2026, 10, 26).getTime() }, at)).toMatch(/^wed; works for others until Thursday 00:00/);
});
