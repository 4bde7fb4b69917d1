import type { ExecutionFailureCode } from '@shoal/runtime';

/** How a program that is not taken is named: by the ceiling that it is beyond, or as one that cannot run at all. */
export type InvalidCode = Extract<ExecutionFailureCode, 'program-invalid' | 'module-too-large' | 'tables-exceeded' | 'globals-exceeded'>;

/** A program that this sandbox does not take; the text says why, for its author. */
export class InvalidModule extends Error {
  readonly code: InvalidCode;

  constructor(text: string, code: InvalidCode = 'program-invalid') {
    super(text);
    this.code = code;
  }
}

export function invalid(text: string, code?: InvalidCode): never {
  throw new InvalidModule(text, code);
}
