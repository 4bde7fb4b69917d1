/** What an error class carries besides its text. */
export interface ShoalErrorOptions {
  /** The error below this one, kept for `--verbose`. */
  cause?: unknown;
  /** What the reader can do about it, one sentence. */
  hint?: string;
}

/**
 * The one error class of the project. `code` is stable and listed in docs/ERRORS.md;
 * the message says what was tried, the value, and what was expected.
 */
export class ShoalError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: ShoalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ShoalError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The code of an error, or undefined when it is not one of ours. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ShoalError ? error.code : undefined;
}

/** The text of anything that was thrown; never empty, never an error of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  if (typeof error === 'string') return error === '' ? 'an empty text was thrown' : error;
  try {
    return String(error);
  } catch {
    return 'something without a text was thrown'; // an object without a prototype
  }
}
