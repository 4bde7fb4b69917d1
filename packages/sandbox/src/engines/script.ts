import { readFile } from 'node:fs/promises';
import { messageOf, type Cid, type ExecutionInput, type ExecutionOutcome, type ExecutionRequest, type Executor } from '@shoal/runtime';
import { maxScriptBytes } from '../limits.ts';
import { failedOutcome } from './failed.ts';

/** A language whose runtime is a WASI command of ours. */
export interface ScriptRuntime {
  /** The command, below the package's folder of assets. */
  command: string;
  /** The runtime's own files, by their name in /program. */
  library: Readonly<Record<string, string>>;
  /** The program's name in /program. */
  main: string;
}

const assets = new URL('../../assets/', import.meta.url);
/** Where a script and its runtime's library lie; read only, as inputs are. */
const programFolder = '/program';

const readOnly = (name: string, content: Uint8Array): ExecutionInput => ({
  path: `${programFolder}/${name}`,
  bytes: content.length,
  read: (offset, length) => Promise.resolve(content.subarray(offset, offset + length)),
});

/** Gives scripts to the executor of WebAssembly: what runs is the runtime, and the script is a file of it. */
export class ScriptEngine {
  readonly #wasm: Executor;
  readonly #runtime: ScriptRuntime;
  #library: Promise<ExecutionInput[]> | undefined;

  constructor(wasm: Executor, runtime: ScriptRuntime) {
    this.#wasm = wasm;
    this.#runtime = runtime;
  }

  async execute(request: ExecutionRequest, options: Parameters<Executor['execute']>[1]): Promise<ExecutionOutcome> {
    const { command, main } = this.#runtime;
    let script: Uint8Array;
    try {
      script = await request.program.load();
    } catch (error) {
      return failedOutcome('input-unreadable', `the program cannot be read: ${messageOf(error)}`, false);
    }
    if (script.length > maxScriptBytes) {
      return failedOutcome('module-too-large', `the program has ${script.length} bytes, more than the ${maxScriptBytes} of a script`, true);
    }
    const library = await this.#files();
    return this.#wasm.execute(
      {
        ...request,
        program: { cid: command as Cid, load: async () => new Uint8Array(await readFile(new URL(command, assets))) },
        identity: request.identity ?? request.program.cid,
        inputs: [...request.inputs, ...library, readOnly(main, script)],
      },
      options,
    );
  }

  #files(): Promise<ExecutionInput[]> {
    this.#library ??= Promise.all(
      Object.entries(this.#runtime.library).map(async ([name, file]) => readOnly(name, new Uint8Array(await readFile(new URL(file, assets))))),
    );
    return this.#library;
  }
}

/** QuickJS-ng; assets/quickjs has its sources' version and how it is built. */
export const quickjs: ScriptRuntime = { command: 'quickjs/quickjs.wasm', library: { 'shoal.js': 'quickjs/shoal.js' }, main: 'main.js' };
