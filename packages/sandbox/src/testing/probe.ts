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

let compiled: Promise<Uint8Array> | undefined;

/** The program of the suites, compiled once a process. */
export function probeProgram(): Promise<Uint8Array> {
  compiled ??= compileAssemblyScript(probeSource);
  return compiled;
}
