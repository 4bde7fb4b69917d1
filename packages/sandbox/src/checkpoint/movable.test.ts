import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wasm, type WasmExports, type WasmGlobal, type WasmMemory } from '../child/webassembly.ts';
import { addedExport } from '../module/additions.ts';
import { parseModule } from '../module/parse.ts';
import { rewriteModule } from '../module/rewrite.ts';
import { generateModule } from '../testing/generate.ts';
import { Motion, type Posture } from './motion.ts';
import { makeMovable } from './movable.ts';

const maxPages = 3;
const stackBytes = 100_000;
const plenty = 1n << 50n;

function movableOf(original: Uint8Array): object {
  const parsed = parseModule(original);
  const bytes = makeMovable(parsed, rewriteModule(parsed, maxPages, { movable: true }));
  expect(wasm.validate(bytes), 'what was made movable is valid').toBe(true);
  return new wasm.Module(bytes);
}

const bytesOf = (exports: WasmExports): Uint8Array => new Uint8Array((exports['memory'] as WasmMemory).buffer);

interface Ending {
  result: string;
  memory: string;
  used: bigint;
  stops: number;
}

/** Such a program may not have told its fuel of late. */
const trapped = (result: string): boolean => result.startsWith('trap') && result !== 'trap: unreachable';

function endingOf(exports: WasmExports, result: string, left: bigint, stops: number): Ending {
  return { result, memory: createHash('sha256').update(bytesOf(exports)).digest('hex'), used: trapped(result) ? -1n : plenty - left, stops };
}

/** Runs `run`; at every `every`-th pause it goes on in a fresh instance. */
function runMoving(module: object, every: number): Ending {
  let stops = 0;
  let pauses = 0;
  let posture: Posture | undefined;
  let memory = new Uint8Array(0);
  for (;;) {
    const { exports } = new wasm.Instance(module, {});
    let result: unknown;
    const run = exports['run'] as () => void;
    const wrapped = { ...exports, run: () => (result = run()) } as WasmExports;
    const moving = new Motion(wrapped, { stop: () => ++pauses % every === 0, slice: () => 0n });
    if (posture === undefined) {
      moving.fuel = plenty;
      (exports[addedExport.stack] as WasmGlobal).value = stackBytes;
    } else {
      const guest = exports['memory'] as WasmMemory;
      if (guest.buffer.byteLength < memory.length) guest.grow((memory.length - guest.buffer.byteLength) / 65_536);
      bytesOf(exports).set(memory);
      moving.assume(posture);
    }
    try {
      if (moving.run('run')) return endingOf(exports, String(result), moving.fuel, stops);
    } catch (error) {
      if (!(error instanceof wasm.RuntimeError)) throw error;
      return endingOf(exports, `trap: ${(error as Error).message}`, moving.fuel, stops);
    }
    stops++;
    posture = moving.posture('main');
    memory = bytesOf(exports).slice();
  }
}

function runMetered(original: Uint8Array): Omit<Ending, 'stops'> {
  const { exports } = new wasm.Instance(new wasm.Module(rewriteModule(parseModule(original), maxPages)), {});
  const fuel = exports[addedExport.fuel] as WasmGlobal;
  fuel.value = plenty;
  (exports[addedExport.stack] as WasmGlobal).value = stackBytes;
  let result: string;
  try {
    result = String((exports['run'] as () => unknown)());
  } catch (error) {
    result = `trap: ${(error as Error).message}`;
  }
  const { stops, ...ending } = endingOf(exports, result, BigInt(fuel.value), 0);
  void stops;
  return ending;
}

test('generated programs that go on in a fresh instance at every pause end as if they had never stopped, with equal fuel', () => {
  let stops = 0;
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, every) => {
      const original = generateModule(seed);
      const moved = runMoving(movableOf(original), every);
      stops += moved.stops;
      const { stops: own, ...ending } = moved;
      void own;
      expect(ending).toEqual(runMetered(original));
    }),
    { numRuns: 500 },
  );
  expect(stops).toBeGreaterThan(400);
}, 60_000);
