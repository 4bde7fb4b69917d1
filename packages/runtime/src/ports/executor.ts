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
  /** Where it lies whole in a file of this machine: a sandbox may let the program's process read it there. */
  file?(): Promise<FilePlace | undefined>;
}

/** A stretch of a file of this machine. */
export interface FilePlace {
  path: string;
  offset: number;
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
  | 'module-too-large'
  | 'tables-exceeded'
  | 'globals-exceeded'
  | 'program-trapped'
  | 'program-exited'
  | 'memory-exceeded'
  | 'wall-time-exceeded'
  | 'output-exceeded'
  | 'files-exceeded'
  | 'fuel-exceeded'
  | 'depth-exceeded'
  | 'instantiation-exceeded'
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
  /** Absent where the executor does not meter. From the unit's beginning, wherever that was. */
  fuel?: number | undefined;
  /** Why the program cannot be stopped and go on elsewhere, where that was wished: a code and its words. */
  unmovable?: { code: string; text: string } | undefined;
  /** The snapshot to go on from could not be used, and why: the unit began anew. */
  beganAnew?: string | undefined;
}

/** Part of the image of a stopped program: 64 KiB of its memory, or of the state behind it (the last one may be shorter). */
export interface ImagePage {
  page: number;
  bytes: Uint8Array;
}

/** A stopped program, as what changed since the checkpoint before, or the snapshot from which it went on. */
export interface Checkpoint {
  fuel: number;
  changed: ImagePage[];
  /** Numbers of all pages, ascending; others are zero. */
  present: Uint32Array;
  /** Time that the run took up to there, counted against its limit. From the unit's beginning, wherever that was. */
  usedMs: number;
  /** What was put out since. */
  stdout: Uint8Array;
  log: Uint8Array;
}

/** Where a run goes on from. */
export interface Snapshot {
  pages: AsyncIterable<ImagePage>;
  /** What its limit of time has lost already. */
  usedMs: number;
  /** What was put out up to there. */
  stdout: Uint8Array;
  log: Uint8Array;
}

/** For runs that are saved now and then. */
export interface ExecutionCheckpoints {
  everyMs: number;
  /** At most that part of the run time goes into checkpoints: after one that took long the next waits. */
  share: number;
  resume?: Snapshot | undefined;
  /** Given, as the program begins, what asks for a checkpoint out of turn; it may be called at any time, and for nothing. */
  asker?(ask: () => void): void;
  /** Keeps a checkpoint; while it does, no other comes. When it throws, the run goes on without. */
  save(checkpoint: Checkpoint): Promise<void>;
  /** Told before the program's first instruction, where it cannot be stopped and go on: none is made of this run. */
  unmovable?(reason: { code: string; text: string }): void;
  /** Told when keeping one failed: no more are made of this run. */
  failed?(error: unknown): void;
  /** When it fires the run is saved once more, if that can be done soon, and cancelled. */
  stop: AbortSignal;
}

export interface ExecutionOptions {
  signal: AbortSignal;
  onProgress?: ((fraction: number, text: string) => void) | undefined;
  /** What the program has found so far, in its own words; each stands in place of the one before. Nobody has verified it. */
  onPartial?: ((text: string) => void) | undefined;
  onLog?: ((bytes: Uint8Array) => void) | undefined;
  /** Absent: the run cannot be stopped, and begins anew each time. */
  checkpoints?: ExecutionCheckpoints | undefined;
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
  /** Fuel that one slot burns in a second: measured by a short program at start, then by what really runs. 0: not known yet. */
  fuelPerSecond?: number;
}

/** Runs programs of strangers. Resolves with an outcome in every case; rejects only when stopped. */
export interface Executor extends Service {
  info(): ExecutorInfo;
  /** All that runs stands still at once, and what begins later as well; nothing is lost, and no limit of time runs. */
  pause?(): void;
  resume?(): void;
  /** Holds each execution to a share of a core, from 0.05 to 1. */
  setCpuShare?(share: number): void;
  execute(request: ExecutionRequest, options: ExecutionOptions): Promise<ExecutionOutcome>;
}
