import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';
import type { ProgramName } from '../programs/load.ts';
import { loadProgram } from '../programs/load.ts';

/** As much as this file needs: the types of Node leave it to those of browsers. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object | undefined>): Promise<object>;
  Module: {
    imports(module: object): { module: string; name: string }[];
    exports(module: object): { name: string; kind: string }[];
  };
};

export interface RunOptions {
  args?: string[];
  unit?: { index: number; count: number };
  /** Files of /in by name. */
  inputs?: Record<string, Uint8Array | string>;
  /** A folder to mount as /in instead. */
  inputDir?: string;
  /** Mounts one root folder that holds /in and /out, as some hosts do. */
  rootOnly?: boolean;
}

export interface RunResult {
  exitCode: number;
  /** From the program's first instruction to its last. */
  wallMs: number;
  stdout: Buffer;
  log: string;
  /** Files of /out by name. */
  outputs: Record<string, Buffer>;
}

/** Builds the programs, when they are not up to date. */
export function buildPrograms(): string {
  return execFileSync(process.execPath, [fileURLToPath(new URL('../../build.mjs', import.meta.url))], { encoding: 'utf8' });
}

/** A new folder that is removed after the work. */
export async function withTempDir<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-workloads-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The modules that a program imports from, and what it exports as `name kind`. */
export async function surfaceOf(program: Uint8Array): Promise<{ imports: string[]; exports: string[] }> {
  const module = await WebAssembly.compile(program);
  return {
    imports: [...new Set(WebAssembly.Module.imports(module).map((each) => each.module))],
    exports: WebAssembly.Module.exports(module).map(({ name, kind }) => `${name} ${kind}`),
  };
}

/** Runs one of our programs under Node's own WASI: a host that Shoal has no part in. */
export async function runProgram(name: ProgramName, options: RunOptions = {}): Promise<RunResult> {
  return runWasm(await loadProgram(name), options);
}

export async function runWasm(program: Uint8Array, options: RunOptions = {}): Promise<RunResult> {
  return withTempDir(async (dir) => {
    const inDir = options.inputDir ?? join(dir, 'in');
    const outDir = join(dir, 'out');
    await mkdir(inDir, { recursive: true });
    await mkdir(outDir);
    for (const [file, content] of Object.entries(options.inputs ?? {})) await writeFile(join(inDir, file), content);
    const stdout = openSync(join(dir, 'stdout'), 'w');
    const stderr = openSync(join(dir, 'stderr'), 'w');
    try {
      const { index, count } = options.unit ?? { index: 0, count: 1 };
      const wasi = new WASI({
        version: 'preview1',
        args: ['program', ...(options.args ?? [])],
        env: { SHOAL_UNIT_INDEX: String(index), SHOAL_UNIT_COUNT: String(count) },
        preopens: options.rootOnly === true ? { '/': dir } : { '/in': inDir, '/out': outDir },
        stdout,
        stderr,
        returnOnExit: true,
      });
      const module = await WebAssembly.compile(program);
      const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
      const startedAt = performance.now();
      const exitCode = wasi.start(instance);
      const wallMs = performance.now() - startedAt;
      const outputs: Record<string, Buffer> = {};
      for (const file of await readdir(outDir)) outputs[file] = await readFile(join(outDir, file));
      return {
        exitCode,
        wallMs,
        stdout: await readFile(join(dir, 'stdout')),
        log: await readFile(join(dir, 'stderr'), 'utf8'),
        outputs,
      };
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
  });
}
