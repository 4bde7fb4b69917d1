import { emptyBlock, op } from '../module/binary.ts';
import type { FunctionType } from '../module/parse.ts';
import { Writer } from '../module/writer.ts';
import type { Locals } from './frame-writer.ts';
import type { Label, Region } from './regions.ts';

/** A block, loop, if or function whose code is being written. */
export interface Scope {
  step: number;
  code: number;
  type: FunctionType;
  /** Where a jump to it leads. */
  label: Label;
  /** Height of the stack below it. */
  base: number;
  /** It was opened at its region's head: around its code the stack is kept in locals. */
  flat: boolean;
  /** Of a loop with a gate. */
  region?: Region | undefined;
}

/** The code of one function as it is written: which blocks are open, and what lies on the stack. */
export class CodeWriter {
  readonly out = new Writer(4096);
  /** Types of what is on the stack. */
  readonly stack: number[] = [];
  readonly scopes: Scope[] = [];
  /** Blocks that are open as they are written, the innermost last. */
  readonly open: Label[] = [];
  readonly #locals: Locals;

  constructor(locals: Locals) {
    this.#locals = locals;
  }

  get scope(): Scope {
    return this.scopes[this.scopes.length - 1] as Scope;
  }

  block(label: Label): void {
    this.out.u8(op.block, emptyBlock);
    this.open.push(label);
  }

  end(label: Label): void {
    if (this.open.pop() !== label) throw new Error(`The block ${label.name} ends out of turn`);
    this.out.u8(op.end);
  }

  loop(label: Label): void {
    this.out.u8(op.loop, emptyBlock);
    this.open.push(label);
  }

  depth(label: Label): number {
    return this.open.length - 1 - this.open.lastIndexOf(label);
  }

  get(local: number): void {
    this.out.u8(op.localGet).u32(local);
  }

  set(local: number): void {
    this.out.u8(op.localSet).u32(local);
  }

  pop(count: number): void {
    if (this.stack.length - count < this.scope.base) throw new Error('The stack is lower than its block');
    this.stack.length -= count;
  }

  /** Puts what the current scope has on the stack into locals, by height. */
  spill(): void {
    for (let height = this.stack.length - 1; height >= this.scope.base; height--) this.set(this.#locals.slot(height, this.stack[height] as number));
  }

  unspill(from: number, to: number): void {
    for (let height = from; height < to; height++) this.get(this.#locals.slot(height, this.stack[height] as number));
  }

  /** Moves the values on top into carriers; they stay on the stack as far as its types go. */
  carry(types: readonly number[]): void {
    for (let i = types.length - 1; i >= 0; i--) this.set(this.#locals.carrier(i, types[i] as number));
  }

  uncarry(types: readonly number[]): void {
    for (const [i, type] of types.entries()) this.get(this.#locals.carrier(i, type));
  }
}
