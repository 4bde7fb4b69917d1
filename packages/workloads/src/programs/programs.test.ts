import { beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, runProgram, surfaceOf } from '../testing/run-program.ts';
import type { ProgramName } from './load.ts';
import { loadProgram, programNames, programPath } from './load.ts';

beforeAll(() => void buildPrograms());

/** What the units of a job print, added up. */
async function sumOfUnits(name: ProgramName, count: number, ...args: string[]): Promise<number> {
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const { exitCode, stdout } = await runProgram(name, { args, unit: { index, count } });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/^\d+\n$/);
    sum += Number(stdout.toString());
  }
  return sum;
}

describe('every program', () => {
  it('is built once', () => {
    expect(buildPrograms()).toBe('');
  });

  it.each(programNames)('%s is a plain WASI command', async (name) => {
    expect(await surfaceOf(await loadProgram(name))).toEqual({
      imports: ['wasi_snapshot_preview1'],
      exports: ['memory memory', '_start function'],
    });
  });

  it('is found by its name only', () => {
    const unknown = 'minesweeper' as ProgramName;
    expect(() => programPath(unknown)).toThrow(expect.objectContaining({ code: 'program-unknown' }));
  });
});

describe('noop', () => {
  it('prints its unit', async () => {
    expect(await runProgram('noop', { unit: { index: 41, count: 50 } })).toMatchObject({ exitCode: 0, log: '' });
    expect((await runProgram('noop', { unit: { index: 41, count: 50 } })).stdout.toString()).toBe('41\n');
  });
});

describe('uneven', () => {
  it('works for the least, the most and all between, each once', async () => {
    const steps: number[] = [];
    for (let index = 0; index < 6; index++) {
      const { exitCode, stdout } = await runProgram('uneven', { args: ['1000', '1500'], unit: { index, count: 6 } });
      expect(exitCode).toBe(0);
      steps.push(Number(stdout.toString()));
    }
    expect(steps).not.toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.toSorted((a, b) => a - b)).toEqual([1_000, 1_100, 1_200, 1_300, 1_400, 1_500]);
  });

  it('takes longer for more steps', async () => {
    const { wallMs: short } = await runProgram('uneven', { args: ['1000000', '1000000'] });
    const { wallMs: long } = await runProgram('uneven', { args: ['100000000', '100000000'] });
    expect(long).toBeGreaterThan(4 * short);
  });

  it('needs its two numbers', async () => {
    for (const args of [[], ['1'], ['2', '1'], ['-1', '1'], ['1', '1000000000001']]) {
      expect(await runProgram('uneven', { args })).toMatchObject({ exitCode: 1, log: 'Usage: uneven LEAST MOST, at most 1000000000000 steps\n' });
    }
  });
});

describe('walks', () => {
  it('counts as a plain search does, however the walks are shared out', async () => {
    for (let length = 1; length <= 9; length++) {
      const expected = walks(length);
      expect(await sumOfUnits('walks', 1, String(length))).toBe(expected);
      expect(await sumOfUnits('walks', 3, String(length))).toBe(expected);
    }
  });

  it('finds 6,416,596 walks of fifteen steps (OEIS A001411)', async () => {
    expect(await sumOfUnits('walks', 7, '15')).toBe(6_416_596);
  });

  it('needs a length that it can count', async () => {
    for (const args of [[], ['0'], ['41'], ['x'], ['3', '4']]) {
      expect(await runProgram('walks', { args })).toMatchObject({ exitCode: 1, log: 'Usage: walks LENGTH, from 1 to 40\n' });
    }
  });
});

function walks(steps: number, x = 0, y = 0, visited: ReadonlySet<string> = new Set()): number {
  const place = `${x},${y}`;
  if (visited.has(place)) return 0;
  if (steps === 0) return 1;
  const then = new Set(visited).add(place);
  return walks(steps - 1, x + 1, y, then) + walks(steps - 1, x - 1, y, then) + walks(steps - 1, x, y + 1, then) + walks(steps - 1, x, y - 1, then);
}

describe('primes', () => {
  it('counts as trial division does, however the range is cut', async () => {
    const isPrime = (n: number): boolean => n > 1 && !Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).some((d) => n % d === 0);
    for (const upTo of [0, 1, 2, 3, 4, 9, 10, 25, 97, 1000]) {
      const expected = Array.from({ length: upTo + 1 }, (_, n) => n).filter(isPrime).length;
      expect(await sumOfUnits('primes', 1, String(upTo)), `up to ${upTo}`).toBe(expected);
      expect(await sumOfUnits('primes', 4, String(upTo)), `up to ${upTo}`).toBe(expected);
    }
  });

  it('finds 664,579 primes up to ten million', async () => {
    expect(await sumOfUnits('primes', 6, '10000000')).toBe(664_579);
  });

  it('needs a number that it can reach', async () => {
    for (const args of [[], ['-1'], ['1000000000001']]) expect(await runProgram('primes', { args })).toMatchObject({ exitCode: 1 });
  });
});

describe('wordcount', () => {
  it('prints the most frequent words and writes all of them', async () => {
    const inputs = { 'a.txt': 'The cat; the HAT.\nÜber über', 'b.txt': "cat's the" };
    const { exitCode, stdout, outputs } = await runProgram('wordcount', { inputs, args: ['/in/a.txt', '/in/b.txt'] });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toBe('word,count\nthe,3\ncat,2\nhat,1\ns,1\nÜber,1\nüber,1\n');
    expect(outputs['words.csv']?.toString()).toBe('word,count\ncat,2\nhat,1\ns,1\nthe,3\nÜber,1\nüber,1\n');
  });

  it('finds its files in a single mounted folder as well', async () => {
    const { log, outputs } = await runProgram('wordcount', { inputs: { 'a.txt': 'one' }, args: ['/in/a.txt'], rootOnly: true });
    expect(log).toBe('');
    expect(outputs['words.csv']?.toString()).toBe('word,count\none,1\n');
  });

  it('holds many words, over many blocks', async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => letters(index % 20_011)).join(' ');
    const { outputs } = await runProgram('wordcount', { inputs: { 'a.txt': words }, args: ['/in/a.txt'] });
    const counts = new Map<string, number>();
    for (const word of words.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
    const expected = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([word, count]) => `${word},${count}\n`);
    expect(outputs['words.csv']?.toString()).toBe(`word,count\n${expected.join('')}`);
  });

  it('cuts very long words', async () => {
    const { stdout } = await runProgram('wordcount', { inputs: { 'a.txt': 'a'.repeat(200_000) }, args: ['/in/a.txt'] });
    expect(stdout.toString()).toBe(`word,count\n${'a'.repeat(64)},1\n`);
  });
});

/** A word that stands for a number. */
function letters(index: number): string {
  return index.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}
