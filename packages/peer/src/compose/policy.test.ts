import { describe, expect, it } from 'vitest';
import { parseHours } from './hours.ts';
import { policyOf, policyViewOf } from './policy.ts';

const peer = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const program = 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4';
const hour = 60;
const day = 24 * hour;

describe('hours', () => {
  it.each([
    ['20:00-07:00', [0, 1, 2, 3, 4, 5, 6].map((d) => ({ from: d * day + 20 * hour, to: d * day + 31 * hour }))],
    ['Mon-Tue 8:30-12:00', [1, 2].map((d) => ({ from: d * day + 8.5 * hour, to: d * day + 12 * hour }))],
    ['sat-sun', [{ from: 6 * day, to: 7 * day }, { from: 0, to: day }]],
    ['friday 22:00 - 24:00, sunday', [{ from: 5 * day + 22 * hour, to: 6 * day }, { from: 0, to: day }]],
    ['wed 00:00-24:00', [{ from: 3 * day, to: 4 * day }]],
  ])('%s are read', (text, ranges) => {
    expect(parseHours([text])).toEqual(ranges);
  });

  it.each([
    ['', '""'],
    ['mon-fri 20:00-7', '"mon-fri 20:00-7"'],
    ['25:00-07:00', 'a time from 00:00 to 24:00 in place of "25:00"'],
    ['20:60-07:00', 'in place of "20:60"'],
    ['24:01-07:00', 'in place of "24:01"'],
    ['08:00-08:00', 'the whole day is 00:00-24:00'],
    ['mon-frd 20:00-07:00', 'in place of "frd"'],
    ['money 20:00-07:00', 'in place of "money"'],
    ['mon-fri 20:00-07:00,', '""'],
    ['nights', 'in place of "nights"'],
  ])('"%s" is refused with the part that cannot be read', (text, words) => {
    expect(() => parseHours([text])).toThrow(expect.objectContaining({ code: 'options-invalid', message: expect.stringContaining(words), hint: expect.stringContaining('mon-fri') }));
  });

  it('are bounded', () => {
    expect(parseHours(Array.from({ length: 64 }, () => 'mon'))).toHaveLength(64);
    expect(() => parseHours(Array.from({ length: 65 }, () => 'mon'))).toThrow('at most 64');
  });
});

describe('an owner\'s lists', () => {
  it('are of peers, and of programs and engines', () => {
    const policy = policyOf({ allowRequesters: [peer], denyPrograms: [program, 'native'] }, false);
    expect(policy).toMatchObject({ allowed: new Set([peer]), denied: new Set(), programs: { denied: new Set([program, 'native']) } });
    expect(policy.programs?.allowed).toBeUndefined();
    expect(policyOf({ allowPrograms: [] }, false).programs).toEqual({ allowed: new Set() });
  });

  it.each([
    [{ denyRequesters: ['12D3KooWtypo'] }, '12D3KooWtypo'],
    [{ allowPrograms: ['pyodid-1'] }, 'an engine (wasm, '],
    [{ denyPrograms: [`${program.slice(0, -1)}!`] }, 'as a program'],
    [{ allowRequesters: Array.from({ length: 10_001 }, () => peer) }, 'at most 10000'],
  ])('with a typo are refused: %j', (options, words) => {
    expect(() => policyOf(options, false)).toThrow(expect.objectContaining({ code: 'options-invalid', message: expect.stringContaining(words) }));
  });

  it('are shown as they were given, with how it is at this hour', () => {
    const options = { denyPrograms: ['native'], hours: ['sat-sun'] };
    const at = new Date(2026, 10, 25, 12).getTime(); // a Wednesday, here
    expect(policyViewOf(policyOf(options, false), options, at)).toEqual({ ...options, open: false, changesAt: new Date(2026, 10, 28).getTime() });
    expect(policyViewOf(policyOf({}, false), {}, at)).toEqual({ open: true });
  });
});
