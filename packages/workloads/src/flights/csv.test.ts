import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlightColumns } from './columns.ts';
import { csvBlocks } from './csv.ts';
import { dateText } from './date.ts';

const text = (value: string): Uint8Array => Buffer.from(value);

function csvOf(columns: Partial<FlightColumns>, rows: number): string {
  const empty = { date: [], delay: [], distance: [], origin: [], destination: [] };
  const blocks: string[] = [];
  for (const block of csvBlocks({ rows, ...empty, ...columns })) blocks.push(Buffer.from(block).toString('latin1'));
  return blocks.join('');
}

describe('the CSV of a row group', () => {
  it('has every 64-bit number, and nothing for a null', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.oneof(fc.bigInt(-10_001n, 10_001n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), { nil: undefined })), (delay) => {
        expect(csvOf({ delay }, delay.length)).toBe(delay.map((value) => `,${value ?? ''},,,\n`).join(''));
      }),
    );
  });

  it('comes in blocks of whole rows', () => {
    const rows = 60_000;
    const columns = { date: Array(rows).fill(text('2001-01-01T00:01:00')), origin: Array(rows).fill(text('LAS')) };
    expect(csvOf(columns, rows)).toBe('2001-01-01T00:01:00,,,LAS,\n'.repeat(rows));
  });

  it.each(['A,B', 'A"B', 'A\nB', 'x'.repeat(21)])('refuses the code %j, which would need quotes or is none', (code) => {
    expect(() => csvOf({ origin: [text(code)] }, 1)).toThrow(expect.objectContaining({ code: 'flights-data-invalid' }));
  });
});

describe('the date of a flight', () => {
  it('is what Date makes of it', () => {
    const seconds = fc.bigInt(-62_167_219_200n, 253_402_300_799n);
    fc.assert(
      fc.property(seconds, (second) => {
        expect(dateText(second * 1_000_000n)).toBe(new Date(Number(second) * 1000).toISOString().slice(0, 19));
      }),
      { numRuns: 500, examples: [[0n], [-1n], [951_782_400n], [951_868_800n], [253_402_300_799n], [-62_167_219_200n]] },
    );
  });

  it('is refused when it would not be the same any more', () => {
    expect(dateText(1n)).toBeUndefined();
    expect(dateText(253_402_300_800_000_000n)).toBeUndefined();
    expect(dateText(-62_167_219_201_000_000n)).toBeUndefined();
  });
});
