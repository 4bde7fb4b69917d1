import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GuestFailure, type Guest, type GuestUnit } from './guest.ts';
import { collectFiles, fillDisk, type EmscriptenFs } from './python.ts';

/** What both Pythons give. */
interface Python {
  FS: EmscriptenFs;
  registerJsModule(name: string, module: object): void;
  runPython(source: string): unknown;
}

interface Micropython {
  loadMicroPython(options: { heapsize: number; linebuffer: false; stdout: (bytes: Uint8Array) => void; stderr: (bytes: Uint8Array) => void }): Promise<Python>;
}

interface Pyodide {
  loadPyodide(options: { env: Record<string, string>; jsglobals: object; args: string[]; indexURL: string }): Promise<
    Python & Record<'setStdout' | 'setStderr', (options: { write: (bytes: Uint8Array) => number }) => void>
  >;
}

/** Of a unit's memory, what MicroPython's own heap gets; the rest is the interpreter and the files. */
const heapShare = 0.5;
const maxHeapBytes = 512 * 1024 * 1024;

/** What CPython does with open files when it ends, which it never does here: the last words without an end of line are in them. */
const flushAll = `
import gc, io
for kind in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
    for each in gc.get_objects():
        if type(each) is kind and not each.closed and each.writable():
            each.flush()
`;

/** Runs a program, and names how it ended: SystemExit, an error that nobody caught, or no memory left. */
function perform(python: Python, unit: GuestUnit, library: string, flush = ''): ReturnType<typeof collectFiles> {
  const encoder = new TextEncoder();
  const { args, env, inputs } = unit;
  python.registerJsModule('_shoal', {
    args,
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    inputs: inputs.map(({ path }) => path),
    log: (text: string) => unit.log(encoder.encode(text)),
  });
  fillDisk(python.FS, inputs, library);
  try {
    try {
      python.runPython(unit.source);
    } finally {
      python.runPython(flush);
    }
  } catch (error) {
    if (error instanceof GuestFailure) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const exit = /SystemExit(?:: (-?\d+))?\s*$/.exec(text);
    const code = exit === null ? 1 : Number(exit[1] ?? 0);
    if (code === 0) return collectFiles(python.FS);
    if (exit === null) unit.log(encoder.encode(text.endsWith('\n') ? text : `${text}\n`));
    if (/MemoryError/.test(text)) throw new GuestFailure('memory-exceeded', `the program had no memory left of its ${unit.memoryBytes} bytes`);
    throw new GuestFailure('program-exited', `the program ended with exit code ${code}`);
  }
  return collectFiles(python.FS);
}

/** MicroPython: small and quick to start. */
export const micropython: Guest = {
  async run(unit, folder) {
    const place = join(folder, '@micropython/micropython-webassembly-pyscript/micropython.mjs');
    const { loadMicroPython } = (await import(pathToFileURL(place).href)) as Micropython;
    const python = await loadMicroPython({
      heapsize: Math.min(maxHeapBytes, Math.floor(unit.memoryBytes * heapShare)),
      linebuffer: false,
      stdout: (bytes) => unit.stdout(bytes),
      stderr: (bytes) => unit.log(bytes),
    });
    return { files: perform(python, unit, '/lib/shoal.py') };
  },
};

/** Pyodide: CPython. */
export const pyodide: Guest = {
  async run(unit, folder) {
    const home = join(folder, 'pyodide');
    const { loadPyodide } = (await import(pathToFileURL(join(home, 'pyodide.mjs')).href)) as Pyodide;
    // Names in sets and dictionaries come in one order everywhere; JavaScript's own objects are out of reach.
    const python = await loadPyodide({ env: { HOME: '/tmp', PYTHONHASHSEED: '0', ...unit.env }, jsglobals: {}, args: [...unit.args], indexURL: `${home}/` });
    const writer = (take: (bytes: Uint8Array) => void) => ({
      write: (bytes: Uint8Array): number => {
        take(bytes.slice());
        return bytes.length;
      },
    });
    python.setStdout(writer((bytes) => unit.stdout(bytes)));
    python.setStderr(writer((bytes) => unit.log(bytes)));
    python.runPython('import sys; sys.path.insert(0, "/shoal")');
    return { files: perform(python, unit, '/shoal/shoal.py', flushAll) };
  },
};
