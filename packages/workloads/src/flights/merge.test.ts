import { describe, expect, it } from 'vitest';
import { mergeFlights } from './merge.ts';
import { parseFlightsTable } from './table.ts';

const header = 'origin,flights,delay,distance,delayedHour\n';
const parse = (rows: string): ReturnType<typeof parseFlightsTable> => parseFlightsTable(Buffer.from(header + rows));

describe('the table of one unit', () => {
  it('is read', () => {
    expect(parse('ATL,2,-5,700,0\nORD,1,99,8,1\nmalformed,3,0,0,0\n')).toEqual({
      origins: [
        { origin: 'ATL', flights: 2, delay: -5, distance: 700, delayedHour: 0 },
        { origin: 'ORD', flights: 1, delay: 99, distance: 8, delayedHour: 1 },
      ],
      malformed: 3,
    });
    expect(parse('malformed,0,0,0,0\n')).toEqual({ origins: [], malformed: 0 });
  });

  it.each([
    ['nothing', ''],
    ['no last row', 'ATL,2,-5,700,0\n'],
    ['an unfinished row', 'ATL,2,-5,700,0\nmalformed,0,0,0,0'],
    ['rows after the last', 'malformed,0,0,0,0\nATL,2,-5,700,0\n'],
    ['two last rows', 'malformed,0,0,0,0\nmalformed,0,0,0,0\n'],
    ['airports out of order', 'ORD,1,1,1,1\nATL,1,1,1,1\nmalformed,0,0,0,0\n'],
    ['an airport twice', 'ATL,1,1,1,1\nATL,1,1,1,1\nmalformed,0,0,0,0\n'],
    ['an airport without flights', 'ATL,0,0,0,0\nmalformed,0,0,0,0\n'],
    ['more late flights than flights', 'ATL,1,99,1,2\nmalformed,0,0,0,0\n'],
    ['a negative count', 'ATL,-1,1,1,1\nmalformed,0,0,0,0\n'],
    ['a number beyond what is exact', 'ATL,1,1,9007199254740992,1\nmalformed,0,0,0,0\n'],
    ['a number in another form', 'ATL,01,1,1,1\nmalformed,0,0,0,0\n'],
    ['minus nought', 'ATL,1,-0,1,1\nmalformed,0,0,0,0\n'],
    ['a blank line', '\nmalformed,0,0,0,0\n'],
    ['carriage returns', 'ATL,1,1,1,1\r\nmalformed,0,0,0,0\r\n'],
  ])('is refused with %s', (_, rows) => {
    expect(() => parse(rows)).toThrow(expect.objectContaining({ code: 'flights-table-invalid' }));
  });

  it('is refused with another header, and when it is too long', () => {
    expect(() => parseFlightsTable(Buffer.from('malformed,0,0,0,0\n'))).toThrow(/first line/);
    expect(() => parseFlightsTable(new Uint8Array(3_000_000))).toThrow(/3000000 bytes/);
  });
});

describe('the tables of a job', () => {
  it('add up', () => {
    const totals = mergeFlights([parse('ATL,2,-5,700,0\nORD,1,99,8,1\nmalformed,3,0,0,0\n'), parse('ATL,1,70,100,1\nmalformed,1,0,0,0\n')]);
    expect(totals).toEqual({
      rows: 4,
      distance: 808,
      delay: 164,
      delayedHour: 2,
      malformed: 4,
      origins: [
        { origin: 'ATL', flights: 3, delay: 65, distance: 800, delayedHour: 1 },
        { origin: 'ORD', flights: 1, delay: 99, distance: 8, delayedHour: 1 },
      ],
    });
  });

  it('of none are nothing', () => {
    expect(mergeFlights([])).toEqual({ rows: 0, distance: 0, delay: 0, delayedHour: 0, malformed: 0, origins: [] });
  });

  it('do not add up beyond what is exact', () => {
    const big = parse(`ATL,1,1,${Number.MAX_SAFE_INTEGER},1\nmalformed,0,0,0,0\n`);
    expect(() => mergeFlights([big, big])).toThrow(expect.objectContaining({ code: 'flights-table-invalid' }));
  });
});
