import type { ExecutionFailureCode, ExecutionOutcome } from '@shoal/runtime';

/** A unit that failed before any of it ran. */
export function failedOutcome(code: ExecutionFailureCode, message: string, deterministic: boolean): ExecutionOutcome {
  return { ok: false, failure: { code, message, deterministic }, log: new Uint8Array(0), usage: { wallMs: 0, inputBytes: 0, peakMemoryBytes: 0 } };
}
