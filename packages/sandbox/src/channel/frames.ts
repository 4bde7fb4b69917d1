import type { ExecutionFailureCode } from '@shoal/runtime';
import type { Unmovable } from '../checkpoint/not-movable.ts';

/** One frame: length of the payload (u32, little endian), kind (u8), payload. */
export const frameHeaderBytes = 5;

/** From the parent to the child. Numbers are never reused. */
export const toChild = {
  /** JSON UnitOrder: run one unit. */
  run: 1,
  /** Bytes of the program that the child asked for. */
  program: 2,
  /** The range that the child asked for. */
  data: 3,
  /** The range cannot be had; text why. */
  unreadable: 4,
  /** Answers a tick: one byte, a Wish. */
  wish: 5,
  /** Of the snapshot to begin from: number (u32), bytes. */
  page: 6,
  /** All pages of the snapshot are there. */
  restore: 7,
  /** The parent has taken the oldest slot of the window that it was told of: it may be filled again. */
  taken: 8,
  /** JSON list of UnitOrders without inputs and checkpoints: run them one after the other. */
  batch: 9,
} as const;

/** What the parent wants of a running unit. */
export const wish = { nothing: 0, save: 1, saveAndStop: 2 } as const;
export type Wish = (typeof wish)[keyof typeof wish];

/** From the child to the parent. Numbers are never reused. */
export const toParent = {
  /** The child waits for units. */
  ready: 65,
  /** It has not compiled this program yet. */
  need: 66,
  /** The first instruction is next. Payload: why it cannot be made movable, by code; empty where it can, or nobody asked. */
  started: 67,
  /** Input number (u32), offset (f64), length (u32). */
  read: 68,
  stdout: 69,
  log: 70,
  /** JSON ProgressNote. */
  progress: 71,
  /** A file of /out follows: length (f64), path. */
  file: 72,
  fileData: 73,
  /** JSON UnitReport; the last frame of a unit. */
  done: 74,
  /** What does the parent wish? Payload: fuel used (f64). */
  tick: 75,
  /** A page that changed since the checkpoint before: number (u32), bytes. */
  page: 76,
  /** The checkpoint is whole: fuel used (f64), numbers of all its pages (u32 each). */
  checkpoint: 77,
  /** The next bytes of the file lie in the window: place (u32), length (u32). */
  fileWindow: 78,
  /** UTF-8: what the program says that it has found so far. */
  partial: 79,
} as const;

/** A file of /in. Where `file` is absent, its bytes are asked of the parent. */
export interface InputOrder {
  path: string;
  bytes: number;
  /** Where it begins in which file of the child's folder of inputs. */
  file?: { name: string; offset: number };
}

/** What the parent tells the child to run. */
export interface UnitOrder {
  /** Names the program; equal keys mean equal programs. */
  program: string;
  maxPages: number;
  args: string[];
  env: Record<string, string>;
  inputs: InputOrder[];
  /** Hexadecimal, 16 bytes. */
  seed: string;
  outputBytes: number;
  logBytes: number;
  fuel: number;
  /** Run it so that it can be stopped and go on. */
  movable: boolean;
  /** Names the program, its limits and what runs it: only a snapshot of the same is taken. */
  fits: string;
  /** The pages of a snapshot follow, from which it goes on. */
  resumes: boolean;
  /** Bytes of log from before. */
  logged: number;
  /** There is a window for the files of /out. */
  window?: boolean;
}

export interface ProgressNote {
  fraction: number;
  text: string;
}

/** How a unit ended, as the child tells it. */
export interface UnitReport {
  /** Absent: the program ended well. */
  failure?: { code: ExecutionFailureCode; message: string; deterministic: boolean };
  inputBytes: number;
  peakMemoryBytes: number;
  /** Absent where the engine does not meter. */
  fuel?: number;
  /** Why it could not be made movable, by code. */
  unmovable?: Unmovable;
  /** The snapshot could not be used: nothing was run. */
  unfit?: string;
  /** How long it took by the child's own clock, without compiling. */
  ms?: number;
}

/** A frame's header. */
export function frameHeader(kind: number, length: number): Uint8Array {
  const header = new Uint8Array(frameHeaderBytes);
  new DataView(header.buffer).setUint32(0, length, true);
  header[4] = kind;
  return header;
}
