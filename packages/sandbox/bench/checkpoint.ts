import { setFlagsFromString } from 'node:v8';
import { compileAssemblyScript } from '@shoal/sandbox/testing';
import { ImageSender, fillMemory, receiveImage } from '../src/child/image.ts';
import type { SyncChannel } from '../src/channel/sync-channel.ts';
import { toChild, toParent } from '../src/channel/frames.ts';
import { wasm, type WasmGlobal, type WasmMemory } from '../src/child/webassembly.ts';
import { Motion } from '../src/checkpoint/motion.ts';
import { makeMovable } from '../src/checkpoint/movable.ts';
import { addedExport } from '../src/module/additions.ts';
import { parseModule } from '../src/module/parse.ts';
import { rewriteModule } from '../src/module/rewrite.ts';
import { kernelNames, kernelSizes, kernelSource, type KernelName } from './kernels.ts';

export interface MovableFigures {
  kernel: KernelName;
  plainMs: number;
  movableMs: number;
  ratio: number;
}

const plenty = 1n << 60n;
const slice = 10_000_000n;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const shown = (value: number, digits: number): number => Number(value.toFixed(digits));

type Run = (kernel: number, size: number) => number;

/** What being stoppable costs while nobody stops the program, kernel by kernel: processor time, in turns, medians. */
export async function benchMovable({ rounds = 9 } = {}): Promise<{ kernels: MovableFigures[]; transformMs: number; growth: number }> {
  // As in a child, whose small programs are optimised from the start.
  setFlagsFromString('--no-liftoff');
  const bytes = await compileAssemblyScript(kernelSource);
  const parsed = parseModule(bytes);
  const from = performance.now();
  const moved = makeMovable(parsed, rewriteModule(parsed, 8192, { movable: true }));
  const transformMs = performance.now() - from;
  const plain = new wasm.Instance(new wasm.Module(bytes), {}).exports as unknown as { run: Run; _start(): void };
  const exports = new wasm.Instance(new wasm.Module(moved), {}).exports;
  const movable = exports as unknown as typeof plain;
  const motion = new Motion(exports, { stop: () => false, slice: () => slice });
  const refuel = (): void => {
    motion.fuel = plenty;
    (exports[addedExport.stack] as WasmGlobal).value = 1 << 21;
  };
  refuel();
  plain._start();
  movable._start();
  const kernels = kernelNames.map((kernel, number) => {
    const times: [number[], number[]] = [[], []];
    const results = new Set<number>();
    for (let round = 0; round <= rounds; round++) {
      for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        refuel();
        const began = process.cpuUsage().user;
        results.add((which === 0 ? plain : movable).run(number, kernelSizes[kernel]));
        // The first round compiles.
        if (round > 0) times[which].push((process.cpuUsage().user - began) / 1000);
      }
    }
    if (results.size !== 1) throw new Error(`Kernel ${kernel} gives other results when it is movable`);
    const [plainMs, movableMs] = [median(times[0]), median(times[1])];
    return { kernel, plainMs: shown(plainMs, 1), movableMs: shown(movableMs, 1), ratio: shown(movableMs / plainMs, 2) };
  });
  return { kernels, transformMs: shown(transformMs, 1), growth: shown(moved.length / bytes.length, 2) };
}

export interface SnapshotFigures {
  heapMb: number;
  /** All pages: looked at, hashed and handed over. */
  firstMs: number;
  firstMb: number;
  /** Again, after one page in twenty was written. */
  nextMs: number;
  nextMb: number;
  restoreMs: number;
}

/** A channel that keeps what is sent, and gives it back as a snapshot. */
function memoryChannel(): { channel: SyncChannel; pages: Map<number, Uint8Array>; sent: () => number } {
  const pages = new Map<number, Uint8Array>();
  let sent = 0;
  let queue: { kind: number; bytes: Uint8Array }[] = [];
  const channel = {
    send(kind: number, payload: Uint8Array): void {
      sent += payload.length;
      if (kind === toParent.page) pages.set(new DataView(payload.buffer, payload.byteOffset).getUint32(0, true), payload);
      if (kind === toParent.checkpoint) queue = [...[...pages.values()].map((bytes) => ({ kind: toChild.page, bytes })), { kind: toChild.restore, bytes: new Uint8Array(0) }];
    },
    header: () => ({ kind: queue[0]?.kind ?? 0, length: queue[0]?.bytes.length ?? 0, ...(queue[0]?.kind === toChild.restore && queue.shift()) }),
    payload: () => queue.shift()?.bytes.slice() ?? new Uint8Array(0),
  };
  return { channel: channel as unknown as SyncChannel, pages, sent: () => sent };
}

const timed = (work: () => void): number => {
  const from = performance.now();
  work();
  return performance.now() - from;
};

/** What saving and restoring cost by the size of the heap: random bytes throughout, the worst case. */
export function benchSnapshots(sizesMb: readonly number[] = [1, 16, 256]): SnapshotFigures[] {
  const page = 65_536;
  return sizesMb.map((heapMb) => {
    const memoryOf = (): WasmMemory => new (globalThis as unknown as { WebAssembly: { Memory: new (limits: object) => WasmMemory } }).WebAssembly.Memory({ initial: heapMb * 16 });
    const memory = memoryOf();
    const words = new Uint32Array(memory.buffer);
    let seed = 1;
    for (let i = 0; i < words.length; i++) words[i] = seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + i;
    const { channel, sent } = memoryChannel();
    const sender = new ImageSender(channel);
    const state = new Uint8Array(1000);
    const firstMs = timed(() => sender.send(memory, state, 0));
    const firstBytes = sent();
    for (let i = 0; i < words.length; i += (20 * page) / 4) words[i] = i + 1;
    const nextMs = timed(() => sender.send(memory, state, 0));
    const nextBytes = sent() - firstBytes;
    const image = receiveImage(channel);
    const restoreMs = timed(() => fillMemory(memoryOf(), heapMb * 16, image.memory));
    return { heapMb, firstMs: shown(firstMs, 1), firstMb: shown(firstBytes / 1e6, 1), nextMs: shown(nextMs, 1), nextMb: shown(nextBytes / 1e6, 1), restoreMs: shown(restoreMs, 1) };
  });
}

