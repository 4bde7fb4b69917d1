import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wasm, type WasmGlobal, type WasmMemory } from '../child/webassembly.ts';
import { generateModule } from '../testing/generate.ts';
import { probeProgram } from '../testing/probe.ts';
import { addedExport } from './additions.ts';
import { emptyBlock, functionForm, kind, op, section, valueType } from './binary.ts';
import { checkModule } from './check.ts';
import { InvalidModule } from './invalid.ts';
import { parseModule } from './parse.ts';
import { rewriteModule } from './rewrite.ts';
import { Writer } from './writer.ts';

const maxPages = 3;
const plenty = 1n << 50n;
const stackBytes = 100_000;

/** The same limit by hand, for the module as it was: the clamp alone. */
function clamped(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((_, i) => bytes[i] === 5 && bytes[i + 1] === 3 && bytes[i + 2] === 1 && bytes[i + 3] === 0 && bytes[i + 4] === 1);
  return Uint8Array.from([...bytes.subarray(0, at), 5, 4, 1, 1, 1, maxPages, ...bytes.subarray(at + 5)]);
}

function run(bytes: Uint8Array, fuel = plenty): { result: string; memory: string; used: bigint } {
  const { exports } = new wasm.Instance(new wasm.Module(bytes), {});
  const counter = exports[addedExport.fuel] as WasmGlobal | undefined;
  if (counter !== undefined) counter.value = fuel;
  const stack = exports[addedExport.stack] as WasmGlobal | undefined;
  if (stack !== undefined) stack.value = stackBytes;
  let result: string;
  try {
    result = String((exports['run'] as () => unknown)());
  } catch (error) {
    result = `trap: ${(error as Error).message}`;
  }
  const memory = createHash('sha256').update(new Uint8Array((exports['memory'] as WasmMemory).buffer)).digest('hex');
  if (stack !== undefined && !result.startsWith('trap')) expect(stack.value, 'what was taken of the stack is given back').toBe(stackBytes);
  return { result, memory, used: fuel - BigInt(counter?.value ?? 0) };
}

const runs = 400;

test(`${runs} generated modules do the same when rewritten, with the same fuel each time`, () => {
  let trapped = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const original = generateModule(seed);
      expect(wasm.validate(original), 'the generator makes valid modules').toBe(true);
      const rewritten = rewriteModule(parseModule(original), maxPages);
      expect(wasm.validate(rewritten)).toBe(true);
      const plain = run(clamped(original));
      const metered = run(rewritten);
      expect({ result: metered.result, memory: metered.memory }).toEqual({ result: plain.result, memory: plain.memory });
      expect(run(rewritten).used).toBe(metered.used);
      if (plain.result.startsWith('trap')) trapped++;
      else {
        // Exactly as much as it uses is enough, one less is not.
        expect(run(rewritten, metered.used).result).toBe(plain.result);
        if (metered.used > 0n) expect(run(rewritten, metered.used - 1n).result).toBe('trap: unreachable');
      }
    }),
    { numRuns: runs },
  );
  expect(trapped).toBeLessThan(runs / 2);
}, 60_000);

/** `run` catches a hundred thousand times what a function two calls below throws. */
function throwingModule(): Uint8Array {
  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const add = (id: number, content: Writer): void => void out.u8(id).sized(content);
  add(section.type, new Writer().u8(2, functionForm, 0, 0, functionForm, 1, valueType.i32, 0));
  add(section.function, new Writer().u8(2, 1, 0));
  add(section.memory, new Writer().u8(1, 0, 1));
  add(section.tag, new Writer().u8(1, 0, 0));
  add(section.export, new Writer().u8(2).name('memory').u8(kind.memory, 0).name('run').u8(kind.function, 1));
  const thrower = new Writer().u8(0, op.localGet, 0, op.if, emptyBlock, op.i32Const, 0, op.call, 0, op.end, op.throw, 0, op.end);
  const catcher = new Writer().u8(1, 1, valueType.i32, op.i32Const).sleb(100_000).u8(op.localSet, 0);
  catcher.u8(op.loop, emptyBlock, op.try, emptyBlock, op.i32Const, 1, op.call, 0, op.catchAll, op.end);
  catcher.u8(op.localGet, 0, op.i32Const, 1, op.i32Sub, op.localTee, 0, op.brIf, 0, op.end, op.end);
  add(section.code, new Writer().u8(2).sized(thrower).sized(catcher));
  return new Uint8Array(out.finish());
}

test('exceptions lose neither fuel nor stack', () => {
  const rewritten = rewriteModule(parseModule(throwingModule()), maxPages);
  const first = run(rewritten);
  expect(first.result).toBe('undefined');
  expect(first.used).toBeGreaterThan(100_000n * 10n);
  expect(run(rewritten).used).toBe(first.used);
});

test('mutated programs are refused with a reason or stay valid; nothing else happens', async () => {
  const program = await probeProgram();
  let accepted = 0;
  const taken = (bytes: Uint8Array): boolean => {
    try {
      const parsed = parseModule(bytes);
      checkModule(parsed);
      if (!wasm.validate(bytes)) return false;
      expect(wasm.validate(rewriteModule(parsed, 100))).toBe(true);
      return true;
    } catch (error) {
      if (!(error instanceof InvalidModule)) throw error;
      return false;
    }
  };
  expect(taken(program)).toBe(true);
  const change = fc.record({ at: fc.nat(program.length - 1), value: fc.nat(255), remove: fc.constantFrom(1, 1, 1, 0, 3), add: fc.constantFrom([], [], [0x40]) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let bytes = program;
      for (const { at, value, remove, add } of changes) {
        const place = at % bytes.length;
        bytes = Buffer.concat([bytes.subarray(0, place), Uint8Array.of(value, ...add), bytes.subarray(place + remove)]);
      }
      if (taken(bytes)) accepted++;
    }),
    { numRuns: 600 },
  );
  expect(accepted).toBeGreaterThan(20);
}, 60_000);
