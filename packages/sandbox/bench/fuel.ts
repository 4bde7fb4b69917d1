import { setFlagsFromString } from 'node:v8';
import { compileAssemblyScript } from '@shoal/sandbox/testing';
import { wasm, type WasmGlobal } from '../src/child/webassembly.ts';
import { addedExport } from '../src/module/additions.ts';
import { parseModule } from '../src/module/parse.ts';
import { rewriteModule } from '../src/module/rewrite.ts';
import { kernelNames, kernelSizes, kernelSource, type KernelName } from './kernels.ts';

export interface FuelFigures {
  kernel: KernelName;
  plainMs: number;
  meteredMs: number;
  /** Metered over plain. */
  ratio: number;
  /** Millions of fuel a second. */
  megafuelPerSecond: number;
}

const plenty = 1n << 60n;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

type Kernels = { run(kernel: number, size: number): number; _start(): void } & Record<typeof addedExport.fuel | typeof addedExport.stack, WasmGlobal | undefined>;

function instantiate(bytes: Uint8Array): Kernels {
  const kernels = new wasm.Instance(new wasm.Module(bytes), {}).exports as unknown as Kernels;
  refuel(kernels);
  kernels._start();
  return kernels;
}

function refuel(kernels: Kernels): void {
  const fuel = kernels[addedExport.fuel];
  if (fuel !== undefined) fuel.value = plenty;
  const stack = kernels[addedExport.stack];
  if (stack !== undefined) stack.value = 1 << 21;
}

/** What metering costs, kernel by kernel: processor time, in turns, medians. */
export async function benchFuel({ rounds = 9 } = {}): Promise<FuelFigures[]> {
  // As in a child, whose small programs are optimised from the start.
  setFlagsFromString('--no-liftoff');
  const bytes = await compileAssemblyScript(kernelSource);
  const plain = instantiate(bytes);
  const metered = instantiate(rewriteModule(parseModule(bytes), 8192));
  return kernelNames.map((kernel, number) => {
    const times: [number[], number[]] = [[], []];
    const results = new Set<number>();
    for (let round = 0; round <= rounds; round++) {
      for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        refuel(metered);
        const from = process.cpuUsage().user;
        results.add((which === 0 ? plain : metered).run(number, kernelSizes[kernel]));
        // The first round compiles.
        if (round > 0) times[which].push((process.cpuUsage().user - from) / 1000);
      }
    }
    if (results.size !== 1) throw new Error(`Kernel ${kernel} gives other results when it is metered`);
    refuel(metered);
    metered.run(number, kernelSizes[kernel]);
    const used = Number(plenty - BigInt(metered[addedExport.fuel]?.value ?? 0));
    const [plainMs, meteredMs] = [median(times[0]), median(times[1])];
    const shown = (value: number, digits: number): number => Number(value.toFixed(digits));
    return {
      kernel,
      plainMs: shown(plainMs, 1),
      meteredMs: shown(meteredMs, 1),
      ratio: shown(meteredMs / plainMs, 2),
      megafuelPerSecond: shown(used / 1000 / meteredMs, 0),
    };
  });
}
