// Types of what a JavaScript or TypeScript program finds (docs/PROGRAMS.md). Copy this file beside a program for your editor.

interface ShoalInput {
  /** Absolute, below /in. */
  readonly path: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  text(): string;
  json(): unknown;
  bytes(): Uint8Array;
  /** One after the other, without their ends; the file may be larger than memory. */
  lines(): Generator<string>;
  /** Pieces of at most so many bytes (1 MiB), one after the other. */
  pieces(most?: number): Generator<Uint8Array>;
  slice(start: number, end: number): Uint8Array;
}

interface ShoalOutput {
  readonly path: string;
  write(value: string | number | Uint8Array): this;
  line(value: string | number): this;
  close(): void;
}

interface Shoal {
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly unit: { readonly index: number; readonly count: number };
  /** All files below /in. */
  readonly inputs: ShoalInput[];
  /** The unit's input; or one by its name below /in, or its path. */
  input(name?: string): ShoalInput;
  /** A file in /out, or with a path that begins with /tmp/ a passing one. */
  output(name: string): ShoalOutput;
  /** To standard output, as it is: no line end is added. */
  print(value: string | number | Uint8Array): void;
  /** A line of the log. */
  log(value: unknown): void;
  /** From 0 to 1. */
  progress(fraction: number, text?: string): void;
  list(folder: string): string[];
  remove(path: string): void;
  exit(code?: number): never;
}

declare const shoal: Shoal;
declare function print(...values: unknown[]): void;

declare module 'shoal' {
  const all: Shoal;
  export default all;
  export const args: Shoal['args'];
  export const env: Shoal['env'];
  export const unit: Shoal['unit'];
  export const inputs: Shoal['inputs'];
  export const input: Shoal['input'];
  export const output: Shoal['output'];
  export const print: Shoal['print'];
  export const log: Shoal['log'];
  export const progress: Shoal['progress'];
  export const list: Shoal['list'];
  export const remove: Shoal['remove'];
  export const exit: Shoal['exit'];
}
