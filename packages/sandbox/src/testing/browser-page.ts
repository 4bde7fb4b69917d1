/**
 * Runs in a page, from the same sources as everywhere, with nothing of Node.js: the WASI host over the checks program, and
 * generated modules. Posts what came out.
 */
import { addedExport } from '../module/additions.ts';
import { parseModule } from '../module/parse.ts';
import { rewriteModule } from '../module/rewrite.ts';
import { createWasiHost } from '../wasi/host.ts';
import { startState } from '../wasi/start.ts';
import { WasiStop } from '../wasi/stop.ts';
import { generateModule } from './generate.ts';

export interface PageReport {
  transcript: string;
  exitCode: number | undefined;
  fuel: string;
  /** By seed: results, hash of memory, fuel. */
  traces: string[];
}

const plenty = 1n << 50n;
const pages = 100;

interface Instance {
  exports: Record<string, unknown>;
}

interface BrowserWebAssembly {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => Instance;
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: BrowserWebAssembly };

function instantiate(bytes: Uint8Array, imports: object, maxPages: number): Instance['exports'] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(rewriteModule(parseModule(bytes), maxPages)), imports);
  (exports[addedExport.fuel] as { value: bigint }).value = plenty;
  (exports[addedExport.stack] as { value: number }).value = 100_000;
  return exports;
}

const used = (exports: Instance['exports']): string => String(plenty - (exports[addedExport.fuel] as { value: bigint }).value);

/** What the checks program says and uses. */
export function runChecks(program: Uint8Array, args: string[], input: Uint8Array): Omit<PageReport, 'traces'> {
  const state = startState({ args, env: { NAME: 'välue' }, inputs: [{ path: '/in/a', bytes: input.length }], seed: new Uint8Array(16), outputBytes: 1e6 });
  let transcript = '';
  const decoder = new TextDecoder();
  const host = createWasiHost(state, {
    readInput(_input, offset, target) {
      target.set(input.subarray(offset, offset + target.length));
      return target.length;
    },
    stdout: (bytes) => void (transcript += decoder.decode(bytes.slice(), { stream: true })),
    stderr: () => undefined,
  });
  const exports = instantiate(program, { wasi_snapshot_preview1: host.imports }, pages);
  host.attach(exports['memory'] as { buffer: ArrayBuffer });
  try {
    (exports['_start'] as () => void)();
  } catch (error) {
    if (!(error instanceof WasiStop)) throw error;
  }
  return { transcript, exitCode: state.stop?.kind === 'exit' ? state.stop.exitCode : undefined, fuel: used(exports) };
}

/** FNV-1a, 32 bits: enough to see a difference, and there without a secure context. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** What generated modules do, by seed. */
export function runGenerated(seeds: number): string[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const exports = instantiate(generateModule(seed), {}, 3);
    let result: string;
    try {
      result = String((exports['run'] as () => unknown)());
    } catch {
      result = 'trap'; // its text is the browser's own
    }
    return `${result} ${hashOf(new Uint8Array((exports['memory'] as { buffer: ArrayBuffer }).buffer))} ${used(exports)}`;
  });
}
