import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareProgram, type PreparedProgram } from './prepare.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-programs-'));
});
afterAll(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();

async function prepared(name: string, content: string | Uint8Array, engine?: string): Promise<PreparedProgram> {
  const path = join(folder, name);
  await writeFile(path, content);
  return prepareProgram(path, { engine, signal });
}

const textOf = ({ bytes }: PreparedProgram): string => new TextDecoder().decode(bytes);
const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

describe('prepareProgram', () => {
  test('knows the engine by the ending, and WebAssembly by its first bytes', async () => {
    expect(await prepared('a.wasm', wasm)).toEqual({ name: 'a.wasm', engine: 'wasm', bytes: Buffer.from(wasm) });
    expect(await prepared('a', wasm)).toMatchObject({ engine: 'wasm' });
    expect(await prepareProgram(wasm, { signal })).toMatchObject({ name: 'program', engine: 'wasm' });
    expect(await prepared('a.js', 'print(1)')).toMatchObject({ engine: 'quickjs-1' });
    expect(await prepared('a.txt', 'print(1)', 'quickjs-1')).toMatchObject({ engine: 'quickjs-1' });
  });

  test('takes the types out of TypeScript, and keeps its lines where it can', async () => {
    const plain = await prepared('a.ts', 'interface A { b: string }\nconst a: A = { b: "x" };\nprint(a as unknown);');
    expect(plain.engine).toBe('quickjs-1');
    expect(textOf(plain).split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual(['', 'const a = { b: "x" };', 'print(a );']);
    expect(textOf(await prepared('b.ts', 'enum Kind { A = 7 }\nprint(Kind.A);'))).toMatch(/Kind\[.*"A".*\] = 7/);
  });

  // Needs clang and a C library for WASI, as Debian's packages clang, lld, wasi-libc and libclang-rt-14-dev-wasm32 have them.
  test.skipIf(!existsSync('/usr/lib/wasm32-wasi/libc.a') && !existsSync('/usr/lib/wasm32-wasi/crt1.o'))('compiles C, and hands on what the compiler says', async () => {
    const { engine, bytes } = await prepared('a.c', '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n');
    expect({ engine, magic: [...bytes.subarray(0, 4)] }).toEqual({ engine: 'wasm', magic: [0, 0x61, 0x73, 0x6d] });
    await expect(prepared('b.c', 'int main(void) { return x; }')).rejects.toMatchObject({ code: 'program-untranslatable', message: expect.stringMatching(/Cannot compile b\.c: .*b\.c:1:.*undeclared/s) });
  }, 60_000);

  test('says what is wrong with a file', async () => {
    await expect(prepared('c.ts', 'let = ;')).rejects.toMatchObject({ code: 'program-untranslatable', message: expect.stringMatching(/types out of c\.ts: .*xpression expected/) });
    await expect(prepared('notes.txt', 'x')).rejects.toMatchObject({ code: 'program-unreadable', message: expect.stringMatching(/neither a WebAssembly module .* nor a file that ends in \.wasm, \.js/) });
    await expect(prepared('d.wasm', 'x')).rejects.toMatchObject({ code: 'program-unreadable', message: expect.stringContaining('does not begin with') });
    await expect(prepared('e.js', '', 'cobol-1')).rejects.toMatchObject({ code: 'engine-unknown', message: expect.stringContaining('there are wasm, quickjs-1') });
    await expect(prepareProgram(join(folder, 'nowhere.js'), { signal })).rejects.toMatchObject({ code: 'program-unreadable', message: expect.stringContaining('ENOENT') });
  });
});
