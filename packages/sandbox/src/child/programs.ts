import { setFlagsFromString } from 'node:v8';
import { childMaxModules, maxOptimisedAtOnceBytes } from '../limits.ts';
import { checkModule, initialMemoryBytes } from '../module/check.ts';
import { InvalidModule } from '../module/invalid.ts';
import { parseModule } from '../module/parse.ts';
import { rewriteModule } from '../module/rewrite.ts';
import { makeMovable } from '../checkpoint/movable.ts';
import { NotMovable, type Unmovable } from '../checkpoint/not-movable.ts';
import { wasm } from './webassembly.ts';

export interface CompiledProgram {
  module: object;
  bytes: number;
  /** It can be stopped and go on elsewhere. */
  movable: boolean;
  /** Why not, when that was asked for. */
  unmovable?: Unmovable;
}

/** The program starts with more memory than it may have. */
export class MemoryTooLarge extends Error {}

/**
 * V8 does not replace the baseline code of a loop that is running, so a program with one long loop would stay slow
 * (measured: up to 7 times) to its end. A small program is optimised at its functions' first calls instead; in a
 * large one that would take seconds, and its functions are called often enough to be replaced.
 */
function chooseTier(bytes: number): void {
  setFlagsFromString(bytes <= maxOptimisedAtOnceBytes ? '--no-liftoff' : '--liftoff');
}

/** Checks, rewrites and compiles. Throws InvalidModule or MemoryTooLarge. */
function compile(bytes: Uint8Array, maxPages: number, movable: boolean): CompiledProgram {
  const parsed = parseModule(bytes);
  checkModule(parsed);
  const initial = initialMemoryBytes(parsed);
  if ((parsed.memories[0]?.minimum ?? 0) > maxPages) throw new MemoryTooLarge(`it starts with ${initial} bytes of memory`);
  // The rewriter relies on a module that is valid before.
  if (!wasm.validate(bytes)) new wasm.Module(bytes);
  chooseTier(bytes.length);
  if (!movable) return { module: new wasm.Module(rewriteModule(parsed, maxPages)), bytes: bytes.length, movable };
  try {
    const rewritten = rewriteModule(parsed, maxPages, { movable });
    return { module: new wasm.Module(makeMovable(parsed, rewritten)), bytes: bytes.length, movable };
  } catch (error) {
    if (!(error instanceof NotMovable)) throw error;
    return { ...compile(bytes, maxPages, false), unmovable: error.reason };
  }
}

/** Compiled programs of one child, the least recently used forgotten first. */
export class Programs {
  readonly #compiled = new Map<string, CompiledProgram>();

  get(key: string): CompiledProgram | undefined {
    const found = this.#compiled.get(key);
    if (found !== undefined) {
      this.#compiled.delete(key);
      this.#compiled.set(key, found);
      // Functions are compiled as they are first called.
      chooseTier(found.bytes);
    }
    return found;
  }

  add(key: string, bytes: Uint8Array, maxPages: number, movable: boolean): CompiledProgram {
    let program: CompiledProgram;
    try {
      program = compile(bytes, maxPages, movable);
    } catch (error) {
      if (error instanceof wasm.CompileError) throw new InvalidModule(error.message.replace(/^WebAssembly\.Module\(\): /, ''));
      throw error;
    }
    if (this.#compiled.size >= childMaxModules) this.#compiled.delete(this.#compiled.keys().next().value as string);
    this.#compiled.set(key, program);
    return program;
  }
}
