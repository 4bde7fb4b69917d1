/** Runs a part of a movable program, in Node.js or in a page: from its beginning or from a snapshot, to its end or to the next one. */
import { wasm, type WasmGlobal, type WasmMemory } from '../child/webassembly.ts';
import { makeMovable } from '../checkpoint/movable.ts';
import { Motion } from '../checkpoint/motion.ts';
import { decodeState, encodeState } from '../checkpoint/state-codec.ts';
import { guestStackBytes, wasmPageBytes } from '../limits.ts';
import { addedExport } from '../module/additions.ts';
import { parseModule } from '../module/parse.ts';
import { rewriteModule } from '../module/rewrite.ts';
import { createWasiHost } from '../wasi/host.ts';
import { outputsOf } from '../wasi/outputs.ts';
import { contentPieces } from '../wasi/content.ts';
import { startState } from '../wasi/start.ts';

/** A stopped program, as text that any way between two machines carries. */
export interface Carried {
  /** Base64, as is `state`. */
  memory: string;
  state: string;
  stdout: string;
}

export interface Ended {
  stdout: string;
  /** What lies in /out, by its path. */
  files: Record<string, string>;
  fuel: string;
  ended: true;
}

const fuel = 1n << 50n;
const maxPages = 1024;
const fits = 'the moving page';
/** Fuel between two questions: so that it stops at the same places everywhere. */
const slice = 300_000n;

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const compiled = new Map<Uint8Array, object>();

function moduleOf(program: Uint8Array): object {
  let module = compiled.get(program);
  if (module === undefined) {
    const parsed = parseModule(program);
    module = new wasm.Module(makeMovable(parsed, rewriteModule(parsed, maxPages, { movable: true })));
    compiled.set(program, module);
  }
  return module;
}

/** Goes on from `from`, or begins, and is stopped after so many questions. */
export function runPart(program: Uint8Array, args: string[], input: Uint8Array, questions: number, from?: Carried): Carried | Ended {
  const fresh = (): ReturnType<typeof startState> =>
    startState({ args, env: {}, inputs: [{ path: '/in/input', bytes: input.length }], seed: new Uint8Array(16), outputBytes: 1e8 });
  const state = fresh();
  const decoder = new TextDecoder();
  let stdout = from?.stdout ?? '';
  const host = createWasiHost(state, {
    readInput(_input, offset, target) {
      const piece = input.subarray(offset, offset + target.length);
      target.set(piece);
      return piece.length;
    },
    stdout: (bytes) => void (stdout += decoder.decode(bytes.slice())),
    stderr: () => undefined,
  });
  const { exports } = new wasm.Instance(moduleOf(program), { wasi_snapshot_preview1: host.imports });
  const memory = exports['memory'] as WasmMemory;
  host.attach(memory);
  let asked = 0;
  const motion = new Motion(exports, { stop: () => ++asked === questions, slice: () => slice });
  motion.fuel = fuel;
  (exports[addedExport.stack] as WasmGlobal).value = guestStackBytes;
  if (from !== undefined) {
    const stopped = decodeState(bytesOf(from.state), { fits, maxPages, fuel, fresh: fresh() });
    memory.grow(stopped.memoryPages - memory.buffer.byteLength / wasmPageBytes);
    new Uint8Array(memory.buffer).set(bytesOf(from.memory));
    Object.assign(state, stopped.wasi);
    motion.assume(stopped.posture);
  }
  if (!motion.run('_start')) {
    const stopped = encodeState({ fits, memoryPages: memory.buffer.byteLength / wasmPageBytes, posture: motion.posture('main'), wasi: state });
    return { memory: textOf(new Uint8Array(memory.buffer)), state: textOf(stopped), stdout };
  }
  const files = outputsOf(state).map(({ path, content }) => [path, [...contentPieces(content)].map((piece) => decoder.decode(piece)).join('')]);
  return { stdout, files: Object.fromEntries(files) as Ended['files'], fuel: String(fuel - motion.fuel), ended: true };
}

/** Runs to the end, leaving and going on in a fresh instance after so many questions each time; at most `parts` parts. */
export function runParts(program: Uint8Array, args: string[], input: Uint8Array, questions: number, parts = Infinity, from?: Carried): Carried | Ended {
  let at: Carried | Ended | undefined = from;
  for (let part = 0; part < parts; part++) {
    at = runPart(program, args, input, questions, at);
    if ('ended' in at) return at;
  }
  return at as Carried;
}
