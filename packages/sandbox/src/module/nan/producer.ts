import { isVector, type Kind } from './kinds.ts';

/** Where a dirty value came onto the stack. */
export interface Producer {
  /** Behind its instruction. */
  at: number;
  /** Value types of all that the instruction left, the dirty one among them. */
  types: readonly number[];
  /** Which of them. */
  index: number;
  kind: Kind;
}

/** A value on the stack; undefined when it is clean. */
export type Value = Producer | undefined;

/** A place behind an instruction where values are made clean. */
export interface Site {
  at: number;
  types: readonly number[];
  /** By index among the types. */
  kinds: Map<number, Kind>;
}

/** Collects where values must be made clean: right behind the instruction that left them. */
export class Sites {
  readonly #sites = new Map<number, Site>();

  /** The value's bits are about to be seen. */
  demand(value: Value): void {
    if (value !== undefined) this.#add(value);
  }

  demandVector(value: Value): void {
    if (value !== undefined && isVector(value.kind)) this.#add(value);
  }

  /** In the order of the code. */
  list(): Site[] {
    return [...this.#sites.values()].sort((a, b) => a.at - b.at);
  }

  #add({ at, types, index, kind }: Producer): void {
    const site = this.#sites.get(at);
    if (site === undefined) this.#sites.set(at, { at, types, kinds: new Map([[index, kind]]) });
    else site.kinds.set(index, kind);
  }
}
