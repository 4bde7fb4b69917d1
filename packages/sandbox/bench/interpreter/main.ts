/** What metering, and being movable, cost an interpreter: QuickJS over one script, by processor time, in turns. Only the ratios mean anything. */
import { readFile } from 'node:fs/promises';
import { wasm, type WasmExports, type WasmGlobal, type WasmMemory } from '../../src/child/webassembly.ts';
import { makeMovable } from '../../src/checkpoint/movable.ts';
import { Motion } from '../../src/checkpoint/motion.ts';
import { guestStackBytes } from '../../src/limits.ts';
import { addedExport } from '../../src/module/additions.ts';
import { parseModule } from '../../src/module/parse.ts';
import { rewriteModule } from '../../src/module/rewrite.ts';
import { createWasiHost } from '../../src/wasi/host.ts';
import { startState } from '../../src/wasi/start.ts';
import { WasiStop } from '../../src/wasi/stop.ts';

const script = `
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
const words = new Map();
for (let i = 0; i < 60000; i++) { const word = 'w' + (i * 7919 % 997); words.set(word, (words.get(word) ?? 0) + i); }
const list = Array.from({ length: 20000 }, (_, i) => (i * 7919) % 10007).sort((a, b) => a - b);
print(fib(22), [...words].length, list[777]);`;

const rounds = Number(process.argv[2] ?? 9);
const maxPages = 4096;
const plenty = 1n << 60n;
const ways = ['plain', 'metered', 'movable'] as const;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(`../../assets/quickjs/${path}`, import.meta.url)));
const files = [['/program/shoal.js', await read('shoal.js')], ['/program/main.js', new TextEncoder().encode(script)]] as const;
const contents = files.map(([, content]) => content);
const bytes = await read('quickjs.wasm');
const parsed = parseModule(bytes);
const modules = {
  plain: new wasm.Module(bytes),
  metered: new wasm.Module(rewriteModule(parsed, maxPages)),
  movable: new wasm.Module(makeMovable(parsed, rewriteModule(parsed, maxPages, { movable: true }))),
};

/** Calls the program as its child would, and never stops it. */
function start(exports: WasmExports, way: (typeof ways)[number]): void {
  if (way !== 'plain') (exports[addedExport.stack] as WasmGlobal).value = guestStackBytes;
  if (way === 'metered') (exports[addedExport.fuel] as WasmGlobal).value = plenty;
  if (way !== 'movable') return (exports['_start'] as () => void)();
  const motion = new Motion(exports, { stop: () => false, slice: () => 10_000_000n });
  motion.fuel = plenty;
  motion.run('_start');
}

function run(way: (typeof ways)[number]): { ms: number; stdout: string } {
  const inputs = files.map(([path, content]) => ({ path, bytes: content.length }));
  const state = startState({ args: ['program'], env: {}, inputs, seed: new Uint8Array(16), outputBytes: 1e6 });
  let stdout = '';
  const host = createWasiHost(state, {
    readInput(input, offset, target) {
      const piece = contents[input]?.subarray(offset, offset + target.length) ?? new Uint8Array(0);
      target.set(piece);
      return piece.length;
    },
    stdout: (text) => void (stdout += new TextDecoder().decode(text.slice())),
    stderr: (text) => void process.stderr.write(text),
  });
  const { exports } = new wasm.Instance(modules[way], { wasi_snapshot_preview1: host.imports });
  host.attach(exports['memory'] as WasmMemory);
  const from = process.cpuUsage().user;
  try {
    start(exports, way);
  } catch (error) {
    if (!(error instanceof WasiStop)) throw error;
  }
  return { ms: (process.cpuUsage().user - from) / 1000, stdout };
}

const expected = run('plain').stdout;
const times = { plain: [] as number[], metered: [] as number[], movable: [] as number[] };
for (let round = -3; round < rounds; round++) {
  for (const way of ways) {
    const { ms, stdout } = run(way);
    if (stdout !== expected || expected === '') throw new Error(`${way} gives ${JSON.stringify(stdout)}, expected ${JSON.stringify(expected)}`);
    // In the first rounds V8 goes on to optimised code.
    if (round >= 0) times[way].push(ms);
  }
}
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const plain = median(times.plain);
for (const way of ways) process.stdout.write(`${way}: ${(median(times[way]) / plain).toFixed(2)} x plain (${median(times[way]).toFixed(0)} ms of ${rounds})\n`);
