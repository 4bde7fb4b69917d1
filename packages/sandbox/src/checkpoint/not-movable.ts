/** Why a program cannot be stopped and go on elsewhere. Each has its words in `reasonTexts`. */
export type Unmovable = 'exceptions' | 'tail-calls' | 'tables-change' | 'references' | 'block-parameters' | 'data-dropped' | 'asyncified';

export const reasonTexts: Readonly<Record<Unmovable, string>> = {
  exceptions: 'it catches or throws exceptions where it may be stopped',
  'tail-calls': 'it makes tail calls where it may be stopped',
  'tables-change': 'it changes its tables while it runs',
  references: 'it holds references where it may be stopped',
  'block-parameters': 'it has loops with parameters',
  'data-dropped': 'it drops parts of its data while it runs',
  asyncified: 'it was made stoppable by another tool already (asyncify)',
};

const maxCodeBytes = 32;

/** Reads a reason's code from bytes that are not trusted. */
export function unmovableOf(bytes: Uint8Array): Unmovable | undefined {
  if (bytes.length > maxCodeBytes) return undefined;
  const code = new TextDecoder().decode(bytes);
  return Object.hasOwn(reasonTexts, code) ? (code as Unmovable) : undefined;
}

/** The program runs, but from its beginning each time. */
export class NotMovable extends Error {
  readonly reason: Unmovable;

  constructor(reason: Unmovable) {
    super(`the program cannot be moved: ${reasonTexts[reason]}`);
    this.reason = reason;
  }
}
