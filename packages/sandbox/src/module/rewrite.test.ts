import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wasm } from '../child/webassembly.ts';
import { compareSeed, traceOf, type Trace } from '../testing/compare.ts';
import { probeProgram } from '../testing/probe.ts';
import { emptyBlock, functionForm, kind, op, section, valueType } from './binary.ts';
import { checkModule } from './check.ts';
import { InvalidModule } from './invalid.ts';
import { parseModule } from './parse.ts';
import { rewriteModule } from './rewrite.ts';
import { Writer } from './writer.ts';

const maxPages = 3;

const run = (bytes: Uint8Array): Trace => traceOf(bytes);

const runs = 400;

test(`${runs} generated modules: the same plain and rewritten, whatever bits NaNs have, with the same fuel each time`, () => {
  let trapped = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      if (compareSeed(seed).result.startsWith('trap')) trapped++;
    }),
    { numRuns: runs },
  );
  expect(trapped).toBeLessThan((runs * 2) / 3);
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
