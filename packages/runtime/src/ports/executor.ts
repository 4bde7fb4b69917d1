import type { Cid, PeerId } from '../brands.ts';
import type { Service } from './service.ts';

/** Ceilings of one execution. Reaching one ends it with the failure code named beside it. */
export interface ExecutionLimits {
  /** memory-exceeded */
  memoryBytes: number;
  /** wall-time-exceeded */
  wallMs: number;
  /** output-exceeded: stdout and files together */
  outputBytes: number;
  /** Log (stderr) is cut there, not failed. */
  logBytes: number;
  /** fuel-exceeded, where the executor meters */
  fuel?: number | undefined;
}

/** A read-only file in the guest's /in. Read lazily. */
export interface ExecutionInput {
  /** Absolute guest path, for example `/in/part-03.csv`. */
  path: string;
  bytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface ExecutionRequest {
  /** Whose program it is; a sandbox process never serves two. */
  submitter: PeerId;
  program: { cid: Cid; load(): Promise<Uint8Array> };
  /** Which engine shall run it. Default: `wasm`. */
  engine?: string | undefined;
  /** What the unit's randomness follows from, besides arguments and environment. Default: the program's CID. */
  identity?: string | undefined;
  args: string[];
  env: Record<string, string>;
  inputs: ExecutionInput[];
  limits: ExecutionLimits;
}

export type ExecutionFailureCode =
  | 'program-invalid'
  | 'program-trapped'
  | 'program-exited'
  | 'memory-exceeded'
  | 'wall-time-exceeded'
  | 'output-exceeded'
  | 'files-exceeded'
  | 'fuel-exceeded'
  | 'input-unreadable'
  | 'sandbox-crashed'
  | 'cancelled';

export interface OutputFile {
  /** Relative to the guest's /out. */
  path: string;
  bytes: Uint8Array;
}

export interface ExecutionUsage {
  wallMs: number;
  /** Bytes read from inputs. */
  inputBytes: number;
  peakMemoryBytes: number;
  /** Absent where the executor does not meter. */
  fuel?: number | undefined;
}

export type ExecutionOutcome =
  | { ok: true; stdout: Uint8Array; files: OutputFile[]; log: Uint8Array; usage: ExecutionUsage }
  | {
      ok: false;
      failure: {
        code: ExecutionFailureCode;
        message: string;
        /** The same program on the same input fails so everywhere: retrying elsewhere is useless. */
        deterministic: boolean;
      };
      log: Uint8Array;
      usage: ExecutionUsage;
    };

/** What an engine can. */
export interface EngineAbilities {
  engine: string;
  /** Endings of the program files that it takes, without the dot. */
  languages: readonly string[];
  /** Equal input gives equal bytes, so that a quorum can compare them. */
  deterministic: boolean;
  /** A run can be stopped, saved and resumed elsewhere. */
  checkpoint: boolean;
  /** It counts fuel. */
  metered: boolean;
}

export interface ExecutorInfo {
  /** Engines by name, as adverts carry them: `wasm`. */
  engines: string[];
  /** What each of them can; absent for an executor of one engine. */
  abilities?: EngineAbilities[];
  /** Strength of the walls, as adverts and `shoal status` say it. */
  isolation: 'full' | 'partial' | 'process';
  /** Peers with the same class give the same bytes for the same program and input. */
  determinismClass: string;
  /** Executions that run at once. */
  slots: number;
}

/** Runs programs of strangers. Resolves with an outcome in every case; rejects only when stopped. */
export interface Executor extends Service {
  info(): ExecutorInfo;
  execute(
    request: ExecutionRequest,
    options: { signal: AbortSignal; onProgress?: (fraction: number, text: string) => void; onLog?: (bytes: Uint8Array) => void },
  ): Promise<ExecutionOutcome>;
}
