import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { beforeAll, expect, test } from 'vitest';
import { wasm, type WasmMemory } from '../child/webassembly.ts';
import { checksSource } from '../testing/checks-source.ts';
import { compileOnce } from '../testing/probe.ts';
import { createWasiHost } from './host.ts';
import { startState } from './start.ts';
import { WasiStop } from './stop.ts';
import type { WasiState } from './state.ts';

let program: object;

beforeAll(async () => {
  program = new wasm.Module(await compileOnce(checksSource));
});

const input = new TextEncoder().encode('content of a');
const args = ['program', 'one', 'zwei é'];

interface Run {
  transcript: string[];
  exitCode: number | undefined;
  state: WasiState;
}

function runHere(): Run {
  const state = startState({ args, env: { NAME: 'välue' }, inputs: [{ path: '/in/a', bytes: input.length }], seed: new Uint8Array(16), outputBytes: 1e6 });
  const pieces: Uint8Array[] = [];
  const host = createWasiHost(state, {
    readInput(_input, offset, target) {
      target.set(input.subarray(offset, offset + target.length));
      return target.length;
    },
    stdout: (bytes) => void pieces.push(bytes.slice()),
    stderr: () => undefined,
  });
  const { exports } = new wasm.Instance(program, { wasi_snapshot_preview1: host.imports });
  host.attach(exports['memory'] as WasmMemory);
  expect(() => (exports['_start'] as () => void)()).toThrow(WasiStop);
  const exitCode = state.stop?.kind === 'exit' ? state.stop.exitCode : undefined;
  return { transcript: Buffer.concat(pieces).toString().trimEnd().split('\n'), exitCode, state };
}

/** The same program on real folders under the host that Node.js has. */
function runUnderNode(): Pick<Run, 'transcript' | 'exitCode'> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-wasi-'));
  try {
    for (const name of ['in', 'out', 'tmp']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'in', 'a'), input);
    writeFileSync(join(folder, 'stdin'), '');
    const stdout = openSync(join(folder, 'stdout'), 'w');
    const stdin = openSync(join(folder, 'stdin'), 'r');
    const wasi = new WASI({ version: 'preview1', args, env: { NAME: 'välue' }, preopens: { '/': folder }, stdin, stdout, returnOnExit: true });
    const instance = new wasm.Instance(program, wasi.getImportObject() as Record<string, Record<string, unknown>>);
    const exitCode = wasi.start(instance);
    closeSync(stdout);
    closeSync(stdin);
    return { transcript: readFileSync(join(folder, 'stdout'), 'utf8').trimEnd().split('\n'), exitCode };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('ninety file system operations give what another host gives', () => {
  const here = runHere();
  const there = runUnderNode();
  expect(here.exitCode).toBe(42);
  expect(there.exitCode).toBe(42);
  expect(here.transcript.length).toBeGreaterThan(90);
  // Node's host takes the root for its own parent; here the way out is an error.
  // Its timers may come a little early.
  expect(here.transcript).toContain('time passed: 0');
  const leaving = (line: string): boolean => line.startsWith('leave ');
  expect(here.transcript.filter(leaving)).toEqual(['leave upwards: 76', 'leave later: 76']);
  const shared = (line: string): boolean => !leaving(line) && !line.startsWith('time passed');
  expect(here.transcript.filter(shared)).toEqual(there.transcript.filter(shared));
});

test('two runs have the same transcript and leave the same state, which is plain data', () => {
  const [first, second] = [runHere(), runHere()];
  expect(second.transcript).toEqual(first.transcript);
  expect(second.state).toEqual(first.state);
  expect(structuredClone(first.state)).toEqual(first.state);
});
