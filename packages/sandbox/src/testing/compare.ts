import { createHash } from 'node:crypto';
import assert from 'node:assert/strict';
import { wasm, type WasmGlobal, type WasmMemory } from '../child/webassembly.ts';
import { addedExport } from '../module/additions.ts';
import { parseModule } from '../module/parse.ts';
import { rewriteModule } from '../module/rewrite.ts';
import { generateModule } from './generate.ts';

/** What a module did: its results or its trap, the hash of its memory, its fuel. */
export interface Trace {
  result: string;
  memory: string;
  used: bigint;
}

export const comparedPages = 3;
const plentyOfFuel = 1n << 50n;
const stackBytes = 100_000;

/** The same limit by hand, for the module as it was: the clamp alone. */
export function clampMemory(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((_, i) => bytes[i] === 5 && bytes[i + 1] === 3 && bytes[i + 2] === 1 && bytes[i + 3] === 0 && bytes[i + 4] === 1);
  return Uint8Array.from([...bytes.subarray(0, at), 5, 4, 1, 1, 1, comparedPages, ...bytes.subarray(at + 5)]);
}

/** V8's text for a trap differs from version to version in some words. */
function shown(value: unknown): string {
  return Array.isArray(value) ? value.map(shown).join(',') : Object.is(value, -0) ? '-0' : String(value);
}

export function traceOf(bytes: Uint8Array, fuel = plentyOfFuel): Trace {
  const { exports } = new wasm.Instance(new wasm.Module(bytes), {});
  const counter = exports[addedExport.fuel] as WasmGlobal | undefined;
  if (counter !== undefined) counter.value = fuel;
  const stack = exports[addedExport.stack] as WasmGlobal | undefined;
  if (stack !== undefined) stack.value = stackBytes;
  let result: string;
  try {
    result = shown((exports['run'] as () => unknown)());
  } catch (error) {
    result = `trap: ${(error as Error).message}`;
  }
  const memory = createHash('sha256').update(new Uint8Array((exports['memory'] as WasmMemory).buffer)).digest('hex');
  if (stack !== undefined && !result.startsWith('trap')) assert.equal(stack.value, stackBytes, 'what was taken of the stack is given back');
  return { result, memory, used: fuel - BigInt(counter?.value ?? 0) };
}

const seen = ({ result, memory }: Trace): Omit<Trace, 'used'> => ({ result, memory });

function rewritten(bytes: Uint8Array, disturbNaNs = false): Uint8Array {
  const made = rewriteModule(parseModule(bytes), comparedPages, { disturbNaNs });
  assert.ok(wasm.validate(made), 'the rewritten module is valid');
  return made;
}

/**
 * Compares the modules of one seed. One that makes its NaNs canonical itself does the same plain and rewritten, to the last
 * byte of memory. One that does not does the same whatever bits its NaNs have. Throws where anything differs; returns what
 * the latter did, which must be equal on every machine.
 */
export function compareSeed(seed: number): Trace {
  const careful = generateModule(seed, { careful: true });
  assert.ok(wasm.validate(careful), 'the generator makes valid modules');
  const metered = rewritten(careful);
  const plain = traceOf(clampMemory(careful));
  const first = traceOf(metered);
  assert.deepEqual(seen(first), seen(plain), 'plain and rewritten');
  if (!plain.result.startsWith('trap')) {
    // Exactly as much as it uses is enough, one less is not.
    assert.equal(traceOf(metered, first.used).result, plain.result, 'enough fuel');
    if (first.used > 0n) assert.equal(traceOf(metered, first.used - 1n).result, 'trap: unreachable', 'too little fuel');
  }
  const free = generateModule(seed);
  const trace = traceOf(rewritten(free));
  assert.deepEqual(traceOf(rewritten(free)), trace, 'twice the same');
  assert.deepEqual(traceOf(rewritten(free, true)), trace, 'whatever bits NaNs have');
  return trace;
}
