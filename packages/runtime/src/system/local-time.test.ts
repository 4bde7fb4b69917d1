import { describe, expect, it } from 'vitest';
import { systemLocalTime, utcTime } from './local-time.ts';

describe('the time on the wall', () => {
  it('in UTC follows from the milliseconds alone', () => {
    expect(utcTime(0)).toEqual({ weekday: 4, minute: 0 }); // a Thursday
    expect(utcTime(Date.UTC(2026, 10, 22, 23, 59, 59))).toEqual({ weekday: 0, minute: 1_439 });
    expect(utcTime(-1)).toEqual({ weekday: 3, minute: 1_439 });
  });

  it('here is what the machine shows', () => {
    const at = new Date(2026, 2, 14, 15, 9); // local by definition: a Saturday
    expect(systemLocalTime(at.getTime())).toEqual({ weekday: 6, minute: 15 * 60 + 9 });
  });
});
