import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeSource } from './probe-source.ts';

interface AssemblyScript {
  main(
    args: string[],
    options: {
      readFile: (name: string) => string | null;
      writeFile: (name: string, content: Uint8Array | string) => void;
      listFiles: () => string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

/** Compiles one AssemblyScript source to a WASI command. */
export async function compileAssemblyScript(source: string): Promise<Uint8Array> {
  const compiler = (await import('assemblyscript/asc')) as unknown as AssemblyScript;
  let binary: Uint8Array | undefined;
  const flags = ['--outFile', 'out.wasm', '--runtime', 'stub', '--use', 'abort=', '--exportStart', '_start', '-O2'];
  const { error, stderr } = await compiler.main(['program.ts', ...flags], {
    readFile: (name) => (name === 'program.ts' ? source : null),
    writeFile: (_name, content) => void (typeof content === 'string' ? undefined : (binary = content)),
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`AssemblyScript cannot compile the program: ${stderr.toString()}`);
  return binary;
}

/** Compiled programs are kept between runs: the compiler takes seconds on a busy machine. */
const cacheFolder = fileURLToPath(new URL('../../../../node_modules/.cache/shoal-sandbox/', import.meta.url));

/** As compileAssemblyScript, kept by the hash of the source. */
export async function compileOnce(source: string): Promise<Uint8Array> {
  const file = join(cacheFolder, `${createHash('sha256').update(source).digest('hex').slice(0, 32)}.wasm`);
  try {
    return new Uint8Array(await readFile(file));
  } catch {
    // Not compiled yet, or not readable: then it is compiled.
  }
  const bytes = await compileAssemblyScript(source);
  await mkdir(cacheFolder, { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, bytes);
  await rename(temporary, file);
  return bytes;
}

/** The program of the suites. */
export const probeProgram = (): Promise<Uint8Array> => compileOnce(probeSource);
