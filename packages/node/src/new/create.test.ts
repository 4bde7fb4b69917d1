import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEngines } from '@shoal/peer';
import { runShoal } from '../testing/run-shoal.ts';
import { templateLanguages, type TemplateLanguage } from './create.ts';
import { hasRustTarget, needsOf, rustTargets } from './needs.ts';

const expected = 'a,2\nand,2\nfish,2\non,1\nshoal,3\nswims,1\nthe,1\n';
const patientMs = 120_000;

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'shoal-new-'));
});
afterAll(() => rm(place, { recursive: true }));

async function created(language: TemplateLanguage): Promise<string> {
  const folder = join(place, language);
  expect(await runShoal(place, ['new', folder, '--language', language])).toMatchObject({ code: 0, out: expect.stringContaining('README.md') });
  return folder;
}

/** Optional engines, where somebody installed them for the tests: see docs/CONTRIBUTING.md. */
const dataDir = fileURLToPath(new URL('../../../../node_modules/.cache/shoal', import.meta.url));
const installed = (await listEngines(dataDir)).filter((engine) => engine.installed).map(({ engine }) => engine);
const hasWalls = process.platform === 'linux' && existsSync('/usr/bin/bwrap');
const hasCompiler = existsSync('/usr/lib/wasm32-wasi/libc.a') || existsSync('/usr/lib/wasm32-wasi/crt1.o');
const rust = ['rustc', '/usr/bin/rustc'].flatMap((rustc) => rustTargets.filter((target) => hasRustTarget(rustc, target)).map((target) => ({ rustc, target })))[0];
const has = (engine: string): boolean => installed.includes(engine) && hasWalls;

async function tried(folder: string, program: string, sample = 'sample.txt'): Promise<string> {
  const { code, out, err } = await runShoal(place, ['test', join(folder, program), '--input', join(folder, sample), '--once', '--data-dir', dataDir]);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out;
}

describe('shoal new', () => {
  test('every language has a program and a README; a folder that is there is left alone', async () => {
    for (const language of templateLanguages) {
      const { code } = await runShoal(place, ['new', join(place, `x-${language}`), '--language', language]);
      expect(code).toBe(0);
    }
    expect(await runShoal(place, ['new', join(place, 'x-sql'), '--language', 'c'])).toMatchObject({ code: 1, err: expect.stringContaining('it is there already') });
    expect(await runShoal(place, ['new', 'x', '--language', 'cobol'])).toMatchObject({ code: 2 });
  });

  test('TypeScript runs as it is', async () => expect(await tried(await created('javascript'), 'main.ts')).toBe(expected), patientMs);

  test('AssemblyScript compiles and runs', async () => {
    const folder = await created('assemblyscript');
    const compiler = fileURLToPath(new URL('../../../../node_modules/assemblyscript/bin/asc.js', import.meta.url));
    execFileSync(process.execPath, [compiler, 'main.ts', '--config', 'asconfig.json', '--outFile', 'main.wasm'], { cwd: folder });
    expect(await tried(folder, 'main.wasm')).toBe(expected);
  }, patientMs);

  // Needs clang and a C library for WASI.
  test.skipIf(!hasCompiler)('C is compiled on the way', async () => expect(await tried(await created('c'), 'main.c')).toBe(expected), patientMs);

  // Needs a Rust compiler with its library for WASI.
  test.skipIf(rust === undefined)('Rust compiles and runs', async () => {
    const folder = await created('rust');
    const { rustc, target } = rust as NonNullable<typeof rust>;
    const linker = target === 'wasm32-wasi' ? ['-C', 'linker=wasm-ld'] : [];
    execFileSync(rustc, ['--edition', '2021', '--target', target, '-O', '-C', 'panic=abort', ...linker, 'src/main.rs', '-o', 'main.wasm'], { cwd: folder, stdio: 'pipe' });
    expect(await tried(folder, 'main.wasm')).toBe(expected);
  }, patientMs);

  test('what a language needs and is not here is said, with how to get it', async () => {
    const nowhere = join(place, 'nowhere');
    expect(await needsOf('rust', nowhere, join(place, 'no-rustc'))).toEqual([expect.stringContaining('rustup.rs')]);
    expect(await needsOf('sql', nowhere)).toEqual([expect.stringContaining('shoal engine add duckdb-1')]);
    expect(await needsOf('javascript', nowhere)).toEqual([]);
    expect(hasRustTarget(join(place, 'no-rustc'), rustTargets[0])).toBe(false);
  });

  // Needs the optional engine, and bubblewrap.
  test.skipIf(!has('micropython-1'))('Python runs as it is', async () => expect(await tried(await created('python'), 'main.py')).toBe(expected), patientMs);

  // Needs the optional engine, and bubblewrap.
  test.skipIf(!has('duckdb-1'))('SQL runs over a table', async () => expect(await tried(await created('sql'), 'main.sql', 'sample.csv')).toBe(`word,n\n${expected}`), patientMs);
});
