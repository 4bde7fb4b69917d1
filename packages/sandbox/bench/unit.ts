import { readFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { createWasmExecutor } from '@shoal/sandbox';
import { compileAssemblyScript, execute, fileInput, memoryInput, probeProgram } from '@shoal/sandbox/testing';
import { silentLogger, systemClock, type Executor, type ExecutorInfo } from '@shoal/runtime';
import { wasm } from '../src/child/webassembly.ts';
import { sandboxProcesses } from '../src/testing/processes.ts';

const MiB = 1024 * 1024;
const inFlight = 16;

export interface UnitFigures {
  isolation: ExecutorInfo['isolation'];
  /** From start() to the first child that waits for work, with finding out which walls there are. */
  executorStartMs: number;
  /** A unit without work for a submitter who has no child yet, a warm one waiting. */
  firstUnitMs: number;
  /** The same again, median. */
  warmUnitMs: number;
  warmUnitsPerSecond: number;
  /** The same with sixteen in flight, which share messages. */
  queuedUnitsPerSecond: number;
  /** A program that a child has not seen yet, to its outcome; and the same again, from its cache of compiled programs. */
  unseenProgramMs: number;
  seenProgramMs: number;
  /** Memory that a waiting child has to itself, where the system tells. */
  warmSlotMb: number;
  /** From the signal to the outcome of an endless loop. */
  cancelMs: number;
  /** Sequential read of an input that lies in a file, by a program that looks at every 64th byte. */
  readMbPerSecond: number;
  /** The same from an input that lies in no file, through the parent. */
  channelReadMbPerSecond: number;
  /** The same program on a real file under node:wasi, in this process, without any walls. */
  nodeWasiReadMbPerSecond: number;
  /** Sequential write of a file in /out, and its way to the caller. */
  writeMbPerSecond: number;
  nodeWasiWriteMbPerSecond: number;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - from;
}

async function must(executor: Executor, ...args: Parameters<typeof execute> extends [Executor, ...infer Rest] ? Rest : never): Promise<number> {
  const outcome = await execute(executor, ...args);
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`);
  return outcome.usage.wallMs;
}

async function cancelMs(executor: Executor, probe: Uint8Array): Promise<number> {
  const controller = new AbortController();
  let from = 0;
  const onLog = (): void => {
    from = systemClock.monotonic();
    controller.abort();
  };
  await execute(executor, probe, { args: ['loop'], signal: controller.signal, onLog });
  return systemClock.monotonic() - from;
}

/** Runs the probe under node:wasi in a folder; milliseconds of the run alone. */
function nodeWasiMs(probe: Uint8Array, folder: string, stdout: number, args: string[]): number {
  const wasi = new WASI({ version: 'preview1', args: ['program', ...args], preopens: { '/': folder }, returnOnExit: true, stdout });
  const instance = new wasm.Instance(new wasm.Module(probe), wasi.getImportObject() as Record<string, Record<string, unknown>>);
  const from = systemClock.monotonic();
  wasi.start(instance);
  return systemClock.monotonic() - from;
}

/** Of the largest of this process's sandbox children: what it shares with no other process, and its part of what it shares. */
function ownMemoryMb(): number {
  const sizes = sandboxProcesses().map(({ pid }) => {
    try {
      return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
    } catch {
      return 0; // another system, or a wrapper that is gone
    }
  });
  return Math.max(0, ...sizes);
}

/** What a unit costs beside its own work. */
export async function benchUnit({ readBytes = 256 * MiB, writeBytes = 64 * MiB, warmUnits = 200, rounds = 3 } = {}): Promise<UnitFigures> {
  const executor = createWasmExecutor({ slots: 1, clock: systemClock, logger: silentLogger });
  const folder = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    const probe = await probeProgram();
    const idle = await compileAssemblyScript('export const nothing: i32 = 0;');
    const executorStartMs = await timed(() => executor.start());
    const unit = (): Promise<number> => timed(() => must(executor, idle, { program: 'idle' }));
    const firstUnitMs = await unit();
    const warm: number[] = [];
    for (let i = 0; i < warmUnits; i++) warm.push(await unit());

    const queuedMs = await timed(() => Promise.all(Array.from({ length: inFlight }, async (_, i) => {
      for (let n = i; n < warmUnits * 4; n += inFlight) await must(executor, idle, { program: 'idle' });
    })));

    const run = (): Promise<number> => timed(() => must(executor, probe, { args: ['fib', '1'] }));
    const unseenProgramMs = await run();
    const seenProgramMs = Math.min(await run(), await run(), await run());
    const warmSlotMb = ownMemoryMb();

    await using stdout = await open(join(folder, 'stdout'), 'w');
    const content = new Uint8Array(readBytes).fill(1);
    await writeFile(join(folder, 'large'), content);
    const best = { read: Infinity, channel: Infinity, write: Infinity, nodeRead: Infinity, nodeWrite: Infinity };
    const limits = { outputBytes: writeBytes * 2, memoryBytes: 64 * MiB };
    const blocks = String(writeBytes / 65_536);
    for (let i = 0; i < rounds; i++) {
      best.read = Math.min(best.read, await must(executor, probe, { args: ['sum', 'in/large'], inputs: [fileInput('/in/large', content.length, { path: join(folder, 'large'), offset: 0 })] }));
      best.channel = Math.min(best.channel, await must(executor, probe, { args: ['sum', 'in/large'], inputs: [memoryInput('/in/large', content)] }));
      best.nodeRead = Math.min(best.nodeRead, nodeWasiMs(probe, folder, stdout.fd, ['sum', 'large']));
      best.write = Math.min(best.write, await must(executor, probe, { args: ['write', 'out/big', blocks], limits }));
      best.nodeWrite = Math.min(best.nodeWrite, nodeWasiMs(probe, folder, stdout.fd, ['write', 'big', blocks]));
    }
    const speed = (bytes: number, ms: number): number => round(bytes / 1e3 / ms);
    return {
      isolation: executor.info().isolation,
      executorStartMs: round(executorStartMs),
      firstUnitMs: round(firstUnitMs, 1),
      warmUnitMs: round(median(warm), 2),
      warmUnitsPerSecond: round((warmUnits / warm.reduce((sum, ms) => sum + ms, 0)) * 1000),
      queuedUnitsPerSecond: round((warmUnits * 4 * 1000) / queuedMs),
      unseenProgramMs: round(unseenProgramMs, 1),
      seenProgramMs: round(seenProgramMs, 2),
      warmSlotMb: round(warmSlotMb, 1),
      cancelMs: round(await cancelMs(executor, probe), 1),
      readMbPerSecond: speed(readBytes, best.read),
      channelReadMbPerSecond: speed(readBytes, best.channel),
      nodeWasiReadMbPerSecond: speed(readBytes, best.nodeRead),
      writeMbPerSecond: speed(writeBytes, best.write),
      nodeWasiWriteMbPerSecond: speed(writeBytes, best.nodeWrite),
    };
  } finally {
    await executor.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
