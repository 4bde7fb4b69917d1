import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runShoal, type Ran } from '../testing/run-shoal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  await writeFile(join(folder, 'one.txt'), 'a b a\n');
  await writeFile(join(folder, 'count.ts'), 'const words: string[] = shoal.input().text().trim().split(" ");\nprint(words.length, shoal.unit.count);\nshoal.output("n").write(words.length).close();\n');
  await writeFile(join(folder, 'fails.js'), 'shoal.log("about to fail"); await fetch("x")');
});
afterAll(() => rm(folder, { recursive: true }));

const shoalTest = (...argv: string[]): Promise<Ran> => runShoal(folder, ['test', ...argv]);

describe('shoal test', () => {
  test('prints the output, and what it took on the error stream', async () => {
    const { code, out, err } = await shoalTest(join(folder, 'count.ts'), '--input', join(folder, 'one.txt'));
    expect({ code, out }).toEqual({ code: 0, out: '3 1\n' });
    expect(err).toMatch(/count\.ts: engine quickjs-1, walls: \w+/);
    expect(err).toMatch(/unit 0 one\.txt: ended well, [\d,]+ fuel, .* of memory, 6 B read, 4 B put out, 1 file in \/out, .*, deterministic/);
  }, 30_000);

  test('writes into a folder, and speaks JSON', async () => {
    const target = join(folder, 'out');
    const { code, out } = await shoalTest(join(folder, 'count.ts'), '--input', join(folder, 'one.txt'), '--json', '--once', '--out', target);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      program: 'count.ts', engine: 'quickjs-1',
      units: [{ unit: 0, input: 'one.txt', ok: true, usage: { inputBytes: 6 }, files: [{ path: 'n', bytes: 1 }] }],
    });
    expect(await readFile(join(target, '0000-one.txt', 'stdout'), 'utf8')).toBe('3 1\n');
    expect(await readFile(join(target, '0000-one.txt', 'files', 'n'), 'utf8')).toBe('3');
  }, 30_000);

  test('a unit that fails is a failure, with its log', async () => {
    const { code, err } = await shoalTest(join(folder, 'fails.js'), '--once');
    expect(code).toBe(1);
    expect(err).toMatch(/about to fail[\s\S]*fetch: a program has no network[\s\S]*Unit 0 failed: .*exit code 1/);
  }, 30_000);

  test('says what is wrong with its options', async () => {
    expect(await shoalTest(join(folder, 'count.ts'), '--input', folder, '--count', '2')).toMatchObject({ code: 2, err: expect.stringContaining('both --input and --count') });
    expect(await shoalTest(join(folder, 'nothing.js'))).toMatchObject({ code: 1, err: expect.stringContaining('no such file') });
    expect(await shoalTest(join(folder, 'one.txt'))).toMatchObject({ code: 1, err: expect.stringContaining('neither a WebAssembly module') });
  });
});
