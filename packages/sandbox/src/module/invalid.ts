/** A program that this sandbox does not take; the text says why, for its author. */
export class InvalidModule extends Error {}

export function invalid(text: string): never {
  throw new InvalidModule(text);
}
