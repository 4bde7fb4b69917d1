import type { EngineAbilities } from '@shoal/runtime';

/** What is known of an engine before it is asked for. */
export interface EngineDescription extends EngineAbilities {
  /** What people call it. */
  title: string;
  /** The npm package that it needs, with the one version whose results are known; absent: always there. */
  package?: {
    name: string;
    version: string;
    /** Packages beside it that it cannot do without. */
    parts: readonly string[];
  };
  /** It needs these walls at least; absent: any. */
  needs?: 'full';
  /** It runs only what the peer's owner allows one by one: the option of `shoal up` for that. */
  allowedBy?: string;
}

/**
 * All engines, by the name that jobs and adverts carry. A name stands for the bytes that a program gets: when a new
 * runtime may give other bytes for the same program, it gets a new name, and none is ever used again.
 */
export const engineCatalogue = [
  { engine: 'wasm', title: 'WebAssembly (WASI preview 1)', languages: ['wasm'], deterministic: true, checkpoint: true, metered: true },
  { engine: 'quickjs-1', title: 'JavaScript (QuickJS-ng 0.16)', languages: ['js'], deterministic: true, checkpoint: true, metered: true },
  {
    engine: 'micropython-1',
    title: 'Python (MicroPython 1.27)',
    languages: ['py'],
    deterministic: true,
    checkpoint: false,
    metered: false,
    package: { name: '@micropython/micropython-webassembly-pyscript', version: '1.27.0', parts: [] },
    needs: 'full',
  },
  {
    engine: 'pyodide-1',
    title: 'Python (CPython 3.14, Pyodide)',
    languages: [],
    deterministic: true,
    checkpoint: false,
    metered: false,
    package: { name: 'pyodide', version: '314.0.7', parts: [] },
    needs: 'full',
  },
  {
    engine: 'duckdb-1',
    title: 'SQL (DuckDB 1.5)',
    languages: ['sql'],
    deterministic: true,
    checkpoint: false,
    metered: false,
    package: {
      name: '@duckdb/node-api',
      version: '1.5.6-r.1',
      parts: ['@duckdb/node-bindings', `@duckdb/node-bindings-${process.platform}-${process.arch}`, 'detect-libc'],
    },
    needs: 'full',
  },
  { engine: 'native', title: 'executables of this kind of machine', languages: [], deterministic: false, checkpoint: false, metered: false, allowedBy: '--allow-native' },
  { engine: 'container', title: 'container images (podman or docker)', languages: [], deterministic: false, checkpoint: false, metered: false, allowedBy: '--allow-container' },
] as const satisfies readonly EngineDescription[];

export type EngineName = (typeof engineCatalogue)[number]['engine'];

/** The description of an engine; undefined for a name that this version does not know. */
export function describeEngine(engine: string): EngineDescription | undefined {
  return engineCatalogue.find((each) => each.engine === engine);
}
