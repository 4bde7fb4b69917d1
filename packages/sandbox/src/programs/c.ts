import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProgramError } from './errors.ts';

const maxSaidChars = 2000;
const flags = ['-O2', '-mno-atomics', '-Wl,--strip-debug'];

/** What a compiler says that is there, but has no C library for WASI. */
const lacksLibrary = /(stdio|stdlib|string|stdint|stddef)\.h' file not found|cannot open .*(crt1|libc|libclang_rt)|unable to create target|No available targets/;

interface Ran {
  code: number | null;
  said: string;
}

/** Runs a command to its end; undefined when there is none of that name. */
function run(file: string, args: readonly string[], signal: AbortSignal, input?: Uint8Array): Promise<Ran | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran | undefined>();
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, maxSaidChars)));
  // One that ends before it has read everything is known by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  child.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
  child.once('close', (code) => resolve({ code, said }));
  return promise;
}

function compilers(): { file: string; target: string }[] {
  const sdk = process.env['WASI_SDK_PATH'];
  return [
    ...(sdk === undefined ? [] : [{ file: join(sdk, 'bin', 'clang'), target: 'wasm32-wasip1' }]),
    { file: '/opt/wasi-sdk/bin/clang', target: 'wasm32-wasip1' },
    { file: 'clang', target: 'wasm32-wasi' },
  ];
}

/** clang as an npm package, where somebody installed it beside this project or where the command was given. */
function yowasp(): string | undefined {
  const folders = [join(process.cwd(), 'x'), import.meta.url].flatMap((from) => createRequire(from).resolve.paths('@yowasp/clang') ?? []);
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'x')).resolve(join(folder, '@yowasp/clang/gen/bundle.js'));
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const yowaspScript = `
const [bundle, out, ...flags] = process.argv.slice(1);
const { commands } = await import(bundle);
const source = (await import('node:fs')).readFileSync(0, 'utf8');
try {
  const tree = await commands.clang([...flags, 'program.c', '-o', 'program.wasm'], { 'program.c': source }, { fetchProgress() {} });
  (await import('node:fs')).writeFileSync(out, tree['program.wasm']);
} catch { process.exitCode = 1; }`;

/** WebAssembly of a C source, by a compiler of this machine. */
export async function compileC(source: Uint8Array, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-c-'));
  const input = join(folder, 'program.c');
  const output = join(folder, 'program.wasm');
  try {
    await writeFile(input, source);
    const tried: string[] = [];
    for (const { file, target } of compilers()) {
      const ran = await run(file, [`--target=${target}`, ...flags, input, '-lm', '-o', output], signal);
      if (ran?.code === 0) return await readFile(output);
      if (ran !== undefined && !lacksLibrary.test(ran.said)) throw wrong(name, ran.said.replaceAll(input, name));
      tried.push(ran === undefined ? `${file} is not there` : `${file} has no C library for WASI`);
    }
    const bundle = yowasp();
    if (bundle === undefined) throw nobody(name, tried);
    const args = ['--input-type=module', '-e', yowaspScript, pathToFileURL(bundle).href, output, '--target=wasm32-wasip1', ...flags];
    const ran = await run(process.execPath, args, signal, source);
    if (ran?.code !== 0) throw wrong(name, (ran?.said ?? '').replaceAll('program.c', name));
    return await readFile(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const wrong = (name: string, said: string): ProgramError =>
  new ProgramError('program-untranslatable', `Cannot compile ${name}: ${said.trim() || 'the compiler could not do it'}`, {
    hint: 'It is compiled for WASI preview 1: there are no sockets, processes, threads or signals.',
  });

const nobody = (name: string, tried: readonly string[]): ProgramError =>
  new ProgramError('program-untranslatable', `Cannot compile ${name}: no compiler for WASI is here (${tried.join('; ')})`, {
    hint: 'Install one: `apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32`, the WASI SDK (WASI_SDK_PATH), or `npm install @yowasp/clang`. Or compile it elsewhere, and run the .wasm.',
  });
