import { ShoalError } from './errors.ts';

/** Checks an invariant; a failure is a defect of ours, never of the user or of the network. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new ShoalError('invariant', `Invariant broken: ${what}`);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new ShoalError('invariant', `Unreachable value: ${JSON.stringify(value)}`);
}
