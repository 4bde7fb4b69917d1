import type { ExecutionFailureCode } from '@shoal/runtime';

/** A unit as an engine of the child sees it. */
export interface GuestUnit {
  /** The program's text. */
  source: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  inputs: readonly GuestInput[];
  memoryBytes: number;
  /** From 0 to 1, of the unit's own randomness. */
  chance(): number;
  stdout(bytes: Uint8Array): void;
  log(bytes: Uint8Array): void;
}

export interface GuestInput {
  /** Absolute, below /in. */
  path: string;
  bytes: number;
  /** Fills `target` from an offset. */
  read(offset: number, target: Uint8Array): void;
}

export interface GuestResult {
  files: { path: string; bytes: Uint8Array }[];
}

/** An engine that is no WASI command, run whole inside the walls; `folder` has its packages. */
export interface Guest {
  run(unit: GuestUnit, folder: string): Promise<GuestResult>;
}

/** How a unit ended that did not end well. */
export class GuestFailure extends Error {
  readonly code: ExecutionFailureCode;

  constructor(code: ExecutionFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}
