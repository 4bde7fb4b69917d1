import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseFlightsTable } from '../flights/table.ts';
import { buildPrograms, runProgram } from '../testing/run-program.ts';

const header = 'date,delay,distance,origin,destination\n';
const row = '2001-01-01T00:01:00,33,2176,LAS,PHL';

beforeAll(() => void buildPrograms());

async function sum(...files: (string | Uint8Array)[]): Promise<string> {
  const inputs = Object.fromEntries(files.map((content, index) => [`${index}.csv`, content]));
  const result = await runProgram('flights', { inputs, args: Object.keys(inputs).map((name) => `/in/${name}`) });
  expect(result).toMatchObject({ exitCode: 0, log: '' });
  return result.stdout.toString();
}

const table = (...rows: string[]): string => `origin,flights,delay,distance,delayedHour\n${rows.map((each) => `${each}\n`).join('')}`;

describe('the flights program', () => {
  it('sums by airport of origin, in the order of their codes', async () => {
    const csv = `${header}d,59,100,ZRH,AAA\nd,60,7,AAA,ZRH\nd,-80,3,ZRH,AAA\nd,61,0,ZRH,AAA\n`;
    expect(await sum(csv)).toBe(table('AAA,1,60,7,1', 'ZRH,3,40,103,1', 'malformed,0,0,0,0'));
  });

  it('adds up several files, with and without a header', async () => {
    expect(await sum(`${header}${row}\n`, `${row}\n${row}\n`, '', header)).toBe(table('LAS,3,99,6528,0', 'malformed,0,0,0,0'));
  });

  it.each([
    ['carriage returns', `${header}${row}\n`.replaceAll('\n', '\r\n')],
    ['no newline at the end', header + row],
    ['blank lines', `\n${row}\n\r\n\n`],
    ['another form of date', `${header}01/01/2001,33,2176,LAS,PHL\n`],
    ['no date', `${header},33,2176,LAS,PHL\n`],
    ['leading zeros', `${header}d,00033,002176,LAS,PHL\n`],
  ])('accepts %s', async (_, csv) => {
    expect(await sum(csv)).toBe(table('LAS,1,33,2176,0', 'malformed,0,0,0,0'));
  });

  it.each([
    ['a field too few', 'd,33,2176,LAS'],
    ['a field too many', 'd,33,2176,LAS,PHL,x'],
    ['a space at the end', 'd,33,2176,LAS,PHL '],
    ['an empty delay', 'd,,2176,LAS,PHL'],
    ['a delay of a minus', 'd,-,2176,LAS,PHL'],
    ['a plus', 'd,+3,2176,LAS,PHL'],
    ['a fraction', 'd,33.0,2176,LAS,PHL'],
    ['an exponent', 'd,1e3,2176,LAS,PHL'],
    ['more digits than any delay has', 'd,1234567890,2176,LAS,PHL'],
    ['an empty distance', 'd,33,,LAS,PHL'],
    ['letters in the distance', 'd,33,far,LAS,PHL'],
    ['a code in lower case', 'd,33,2176,las,PHL'],
    ['a code of four letters', 'd,33,2176,KLAS,PHL'],
    ['a short destination', 'd,33,2176,LAS,PH'],
    ['quotes', 'd,33,2176,"LAS","PHL"'],
    ['a carriage return inside', 'd,33,2176,LAS,PHL\r\r'],
    ['one word', 'hello'],
    ['a header in the middle', header.trim()],
    ['zero bytes', '\0\0\0\0,\0,\0'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x80, 0x2c, 0xff])],
  ])('counts a line with %s as malformed, and no other', async (_, line) => {
    const csv = Buffer.concat([Buffer.from(`${header}${row}\n`), Buffer.from(line), Buffer.from(`\n${row}\n`)]);
    expect(await sum(csv)).toBe(table('LAS,2,66,4352,0', 'malformed,1,0,0,0'));
  });

  it('reads files longer than its buffer, whatever line lies across the border', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${'d'.repeat(index % 37)},${(index % 300) - 100},${index},LAX,ORD`);
    const delays = lines.map((_, index) => (index % 300) - 100);
    const total = delays.reduce((a, b) => a + b, 0);
    const late = delays.filter((delay) => delay >= 60).length;
    const distance = (30_000 * 29_999) / 2;
    expect(await sum(lines.join('\n'))).toBe(table(`LAX,30000,${total},${distance},${late}`, 'malformed,0,0,0,0'));
  });

  it('leaves out a line longer than its buffer, and counts it', async () => {
    const long = 'x'.repeat(700_000);
    expect(await sum(`${row}\n${long}\n${row}\n`)).toBe(table('LAS,2,66,4352,0', 'malformed,1,0,0,0'));
    expect(await sum(`${row}\n${long}`)).toBe(table('LAS,1,33,2176,0', 'malformed,1,0,0,0'));
    expect(await sum(`${long},33,2176,LAS,PHL\n${long}\n${row}`)).toBe(table('LAS,1,33,2176,0', 'malformed,2,0,0,0'));
  });

  it('counts every line of any bytes once', async () => {
    const piece = fc.oneof(
      fc.constantFrom(row, header.trim(), '\r\n', ',', '-', '99999999999', 'd,1,2,ABC,DEF'),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 5 }), { maxLength: 40 }), async (lines) => {
        const csv = lines.map((pieces) => pieces.join('')).join('\n');
        const { origins, malformed } = parseFlightsTable(Buffer.from(await sum(Buffer.from(csv, 'latin1'))));
        const counted = csv.split('\n').filter((line, index) => line !== '' && line !== '\r' && (index > 0 || !/^date,delay,distance,origin,destination\r?$/.test(line)));
        expect(origins.reduce((rows, { flights }) => rows + flights, malformed)).toBe(counted.length);
      }),
      { numRuns: 60 },
    );
  });

  it('says what is wrong with its arguments', async () => {
    expect(await runProgram('flights')).toMatchObject({ exitCode: 1, log: 'Usage: flights FILE...\n' });
    expect(await runProgram('flights', { args: ['/in/none.csv'] })).toMatchObject({ exitCode: 1, log: 'Cannot open /in/none.csv: WASI error 44\n' });
    const elsewhere = await runProgram('flights', { args: ['/etc/passwd'] });
    expect(elsewhere).toMatchObject({ exitCode: 1, log: expect.stringContaining('/etc/passwd: not in a mounted folder') });
  });
});
