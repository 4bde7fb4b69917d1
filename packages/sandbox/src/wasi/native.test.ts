import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runChecks } from '../testing/browser-page.ts';

const source = fileURLToPath(new URL('../testing/c/checks.c', import.meta.url));
const content = 'content of a';
const args = ['one', 'zwei é'];

function compiles(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-c-'));
  try {
    writeFileSync(join(folder, 'a.c'), '#include <stdio.h>\nint main(void) { return 0; }\n');
    const built = spawnSync('clang', ['--target=wasm32-wasi', '-o', join(folder, 'a.wasm'), join(folder, 'a.c')], { stdio: 'ignore' });
    return built.status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const canCompile = compiles();

/** The same program, built for this machine, over real folders. */
function runNatively(folder: string): { transcript: string; exitCode: number | null } {
  const binary = join(folder, 'checks');
  execFileSync('clang', ['-O1', '-o', binary, source, '-lm']);
  for (const name of ['in', 'out', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'in', 'a'), content);
  const { stdout, status } = spawnSync(binary, args, { cwd: folder, env: { NAME: 'välue' }, input: '' });
  return { transcript: stdout.toString(), exitCode: status };
}

// Needs clang with WASI's libc (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32).
test.skipIf(!canCompile)(`a C program sees here what it sees natively${canCompile ? '' : ' (skipped: no clang that builds for wasm32-wasi)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-native-'));
  try {
    execFileSync('clang', ['--target=wasm32-wasi', '-O1', '-o', join(folder, 'checks.wasm'), source]);
    const program = new Uint8Array(readFileSync(join(folder, 'checks.wasm')));
    const here = runChecks(program, ['checks', ...args], new TextEncoder().encode(content));
    const there = runNatively(folder);
    expect(here.transcript.split('\n')).toEqual(there.transcript.split('\n'));
    expect(here.transcript.split('\n').length).toBeGreaterThan(60);
    expect([here.exitCode, there.exitCode]).toEqual([42, 42]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
