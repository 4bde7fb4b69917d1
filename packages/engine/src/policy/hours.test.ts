import { utcTime, type LocalTime } from '@shoal/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesAt, isOpenAt, utcText, weekMinutes, type Hours } from './hours.ts';

const day = 1_440;
const at = (dayOfNovember: number, hour: number, minute = 0): number => Date.UTC(2026, 10, dayOfNovember, hour, minute);
/** Mondays to Fridays 20:00-07:00; the night of Friday ends on Saturday. */
const nights: Hours = { ranges: [1, 2, 3, 4, 5].map((d) => ({ from: d * day + 1_200, to: d * day + 1_860 })), localTime: utcTime };

describe('hours', () => {
  it('hold from their first minute on, over midnight and to the end of the week', () => {
    expect([at(23, 19, 59), at(23, 20), at(24, 6, 59), at(24, 7), at(28, 6), at(28, 20)].map((moment) => isOpenAt(nights, moment))).toEqual([false, true, true, false, true, false]);
    const saturdayNight: Hours = { ranges: [{ from: 6 * day + 1_380, to: 7 * day + 60 }], localTime: utcTime };
    expect([at(28, 23), at(29, 0, 59), at(29, 1)].map((moment) => isOpenAt(saturdayNight, moment))).toEqual([true, true, false]);
  });

  it('say when they end and begin again', () => {
    expect(changesAt(nights, at(23, 12, 30))).toBe(at(23, 20));
    expect(changesAt(nights, at(24, 6) + 30_500)).toBe(at(24, 7));
    expect(changesAt(nights, at(28, 12))).toBe(at(30, 20));
    expect(utcText(at(30, 20))).toBe('Mon 20:00 UTC');
  });

  it('that touch each other are one, and those that fill the week never end', () => {
    const twice: Hours = { ranges: [{ from: 0, to: day }, { from: day, to: 2 * day }], localTime: utcTime };
    expect(changesAt(twice, at(22, 5))).toBe(at(24, 0));
    expect(changesAt({ ranges: [{ from: 0, to: weekMinutes }], localTime: utcTime }, at(22, 5))).toBeUndefined();
    expect(changesAt({ ranges: [], localTime: utcTime }, at(22, 5))).toBeUndefined();
  });

  it('follow the wall when clocks are changed before', () => {
    const change = at(24, 2);
    // An hour less is shown from then on, as in autumn.
    const localTime: LocalTime = (moment) => utcTime(moment < change ? moment : moment - 3_600_000);
    expect(changesAt({ ...nights, localTime }, at(23, 21))).toBe(at(24, 8));
  });

  it('change at the moment that they name, and at none before (any ranges, any moment)', () => {
    const range = fc.tuple(fc.nat(weekMinutes - 1), fc.integer({ min: 1, max: weekMinutes })).map(([from, length]) => ({ from, to: from + length }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), fc.integer({ min: at(1, 0), max: at(28, 0) }), fc.double({ min: 0, max: 1, noNaN: true }), (ranges, moment, part) => {
        const hours: Hours = { ranges, localTime: utcTime };
        const change = changesAt(hours, moment);
        const isOpen = isOpenAt(hours, moment);
        const until = change ?? moment + weekMinutes * 60_000;
        expect(isOpenAt(hours, moment + Math.floor(part * (until - moment - 1)))).toBe(isOpen);
        if (change !== undefined) expect(isOpenAt(hours, change)).toBe(!isOpen);
      }),
    );
  });
});
