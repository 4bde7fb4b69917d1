import type { Cid, ExecutionCheckpoints, ExecutionInput, ExecutionLimits, ExecutionOutcome, ExecutionRequest, Executor, FilePlace, PeerId } from '@shoal/runtime';

export interface RequestOptions {
  args?: string[];
  env?: Record<string, string>;
  inputs?: ExecutionInput[];
  limits?: Partial<ExecutionLimits>;
  submitter?: string;
  program?: string;
  engine?: string;
  signal?: AbortSignal;
  onLog?: (bytes: Uint8Array) => void;
  onProgress?: (fraction: number, text: string) => void;
  checkpoints?: ExecutionCheckpoints;
}

const megabyte = 1024 * 1024;

/** Ample for the cases, and small enough to be reached soon. */
export const usualLimits: ExecutionLimits = {
  memoryBytes: 32 * megabyte,
  wallMs: 20_000,
  outputBytes: 4 * megabyte,
  logBytes: 2000,
};

/** An input that lies in memory. `reads` counts what was asked of it. */
export function memoryInput(path: string, content: Uint8Array): ExecutionInput & { reads: number; bytesAsked: number } {
  const input = {
    path,
    bytes: content.length,
    reads: 0,
    bytesAsked: 0,
    read(offset: number, length: number): Promise<Uint8Array> {
      input.reads++;
      input.bytesAsked += length;
      return Promise.resolve(content.subarray(offset, offset + length));
    },
  };
  return input;
}

/** An input that lies in a file of this machine, from `offset` on; reading it another way is an error. */
export function fileInput(path: string, bytes: number, place: FilePlace): ExecutionInput {
  return { path, bytes, file: () => Promise.resolve(place), read: () => Promise.reject(new Error('it lies in a file')) };
}

/** Runs a program with the usual limits. */
export function execute(executor: Executor, program: Uint8Array, options: RequestOptions = {}): Promise<ExecutionOutcome> {
  const request: ExecutionRequest = {
    submitter: (options.submitter ?? 'submitter-a') as PeerId,
    program: { cid: (options.program ?? 'probe') as Cid, load: () => Promise.resolve(program) },
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    args: options.args ?? [],
    env: options.env ?? {},
    inputs: options.inputs ?? [],
    limits: { ...usualLimits, ...options.limits },
  };
  return executor.execute(request, {
    signal: options.signal ?? new AbortController().signal,
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    checkpoints: options.checkpoints,
  });
}

/** Text of bytes. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
