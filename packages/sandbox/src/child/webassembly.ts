/** The part of the WebAssembly interface that the child uses; Node's types leave it out. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmTable {
  set(index: number, value: () => void): void;
}

export interface WasmGlobal {
  value: number | bigint;
}

export type WasmExports = Record<string, WasmMemory | WasmGlobal | WasmTable | (() => void)>;

interface WebAssemblyInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { readonly exports: WasmExports };
  RuntimeError: new () => Error;
  CompileError: new () => Error;
  LinkError: new () => Error;
  Exception: new (...args: never[]) => object;
  validate(bytes: Uint8Array): boolean;
}

export const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
