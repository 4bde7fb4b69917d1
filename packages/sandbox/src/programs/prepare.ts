import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { messageOf } from '@shoal/runtime';
import { describeEngine, engineCatalogue } from '../engines/catalogue.ts';
import { maxModuleBytes } from '../limits.ts';
import { compileC } from './c.ts';
import { ProgramError } from './errors.ts';
import { stripTypes } from './typescript.ts';

/** A program as peers run it. */
export interface PreparedProgram {
  name: string;
  engine: string;
  bytes: Uint8Array;
}

const wasmMagic = [0x00, 0x61, 0x73, 0x6d];
const isWasm = (bytes: Uint8Array): boolean => wasmMagic.every((byte, i) => bytes[i] === byte);

/** What is done to a source on the machine of whoever submits it, by the file's ending. */
const translations: Readonly<Record<string, { engine: string; translate: (source: Uint8Array, name: string, signal: AbortSignal) => Promise<Uint8Array> }>> = {
  '.ts': { engine: 'quickjs-1', translate: stripTypes },
  '.c': { engine: 'wasm', translate: compileC },
  '.mts': { engine: 'quickjs-1', translate: stripTypes },
};

function engineOf(ending: string): string | undefined {
  return engineCatalogue.find(({ languages }) => (languages as readonly string[]).includes(ending.slice(1)))?.engine;
}

/** Endings of the program files that are taken. */
export const programEndings: readonly string[] = [...engineCatalogue.flatMap(({ languages }) => languages.map((each) => `.${each}`)), ...Object.keys(translations)];

/** Reads a program, translates it where its language is no engine's own, and says which engine runs it. */
export async function prepareProgram(program: string | Uint8Array, options: { engine?: string | undefined; signal: AbortSignal }): Promise<PreparedProgram> {
  const name = typeof program === 'string' ? basename(program) : 'program';
  const source = typeof program === 'string' ? await read(program) : program;
  if (source.length > maxModuleBytes) {
    throw new ProgramError('program-too-large', `Cannot run ${name}: ${source.length} bytes are more than the ${maxModuleBytes} allowed`);
  }
  const ending = typeof program === 'string' ? extname(name).toLowerCase() : '';
  const translation = translations[ending];
  const engine = options.engine ?? translation?.engine ?? (isWasm(source) ? 'wasm' : engineOf(ending));
  if (engine === undefined) {
    throw new ProgramError('program-unreadable', `Cannot run ${name}: it is neither a WebAssembly module (it does not begin with \\0asm) nor a file that ends in ${programEndings.join(', ')}`, {
      hint: 'docs/PROGRAMS.md shows what a program may be; --engine says which engine shall run a file of another name.',
    });
  }
  if (describeEngine(engine) === undefined) {
    throw new ProgramError('engine-unknown', `Cannot run ${name}: there is no engine ${engine} (there are ${engineCatalogue.map((each) => each.engine).join(', ')})`);
  }
  if (engine === 'wasm' && translation === undefined && !isWasm(source)) {
    throw new ProgramError('program-unreadable', `Cannot run ${name}: it is not a WebAssembly module (it does not begin with \\0asm)`, {
      hint: 'Compile the program to WASI preview 1; docs/PROGRAMS.md shows how.',
    });
  }
  const bytes = translation === undefined ? source : await translation.translate(source, name, options.signal);
  return { name, engine, bytes };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ProgramError('program-unreadable', `Cannot read the program ${path}: ${messageOf(cause)}`, {
      cause,
      hint: `Give the path of a program (${programEndings.join(', ')}), or the CID of one.`,
    });
  }
}
