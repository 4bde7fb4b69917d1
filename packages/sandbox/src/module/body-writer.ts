import type { Additions } from './additions.ts';
import { emptyBlock, op } from './binary.ts';
import { frameCost, maxCharge } from './costs.ts';
import type { Writer } from './writer.ts';

/**
 * Where a function keeps its fuel. `global`: each charge goes to the module's counter. `local`: in a local, written
 * back before whatever leaves the function or looks at the counter; worth it where a loop calls nothing.
 */
export type Mode = 'global' | 'local';

export interface BodyPlan {
  mode: Mode;
  recursive: boolean;
  /** Parameters and locals of the program; the sandbox's own locals follow: fuel, then stack. */
  values: number;
}

/** Writes the pieces that the sandbox adds to a function. */
export class BodyWriter {
  readonly #out: Writer;
  readonly #added: Additions;
  readonly #plan: BodyPlan;

  constructor(out: Writer, added: Additions, plan: BodyPlan) {
    this.#out = out;
    this.#added = added;
    this.#plan = plan;
  }

  get #fuelLocal(): number {
    return this.#plan.values;
  }

  get #stackLocal(): number {
    return this.#plan.values + 1;
  }

  raw(bytes: Uint8Array): void {
    this.#out.raw(bytes);
  }

  call(index: number): void {
    this.#out.u8(op.call).u32(index);
  }

  /** Brings the module's counter up to date. */
  save(): void {
    if (this.#plan.mode === 'local') this.#out.u8(op.localGet).u32(this.#fuelLocal).u8(op.globalSet).u32(this.#added.fuel);
  }

  /** Takes over what a callee left. */
  load(): void {
    if (this.#plan.mode === 'local') this.#out.u8(op.globalGet).u32(this.#added.fuel).u8(op.localSet).u32(this.#fuelLocal);
  }

  /**
   * Takes `cost` off. When there is not that much the program ends, or, one that is movable, asks the host: where
   * `pausing`, it may be stopped there. `fresh`: at the function's entry.
   */
  charge(cost: number, { fresh, pausing }: { fresh: boolean; pausing: boolean }): void {
    const out = this.#out;
    const { fuel } = this.#added;
    const global = this.#plan.mode === 'global';
    if (fresh || global) out.u8(op.globalGet).u32(fuel);
    else out.u8(op.localGet).u32(this.#fuelLocal);
    out.u8(op.i64Const).sleb(Math.min(cost, maxCharge)).u8(op.i64Sub, op.localTee).u32(this.#fuelLocal);
    if (global) out.u8(op.globalSet).u32(fuel).u8(op.localGet).u32(this.#fuelLocal);
    out.u8(op.i64Const, 0, op.i64LtS, op.if, emptyBlock);
    this.save();
    const { movable } = this.#added;
    if (movable === undefined) out.u8(op.unreachable);
    else {
      this.call(pausing ? movable.calls.pause : movable.calls.grant);
      this.load();
    }
    out.u8(op.end);
  }

  /** At the entry of a recursive function. */
  takeStack(): void {
    if (!this.#plan.recursive) return;
    const out = this.#out;
    out.u8(op.globalGet).u32(this.#added.stack).u8(op.i32Const).sleb(frameCost(this.#plan.values)).u8(op.i32Sub);
    out.u8(op.localTee).u32(this.#stackLocal).u8(op.globalSet).u32(this.#added.stack);
    out.u8(op.localGet).u32(this.#stackLocal).u8(op.i32Const, 0, op.i32LtS, op.if, emptyBlock);
    this.save();
    out.u8(op.unreachable, op.end);
  }

  /** Gives back what takeStack took, whatever callees left. */
  releaseStack(): void {
    if (!this.#plan.recursive) return;
    const out = this.#out;
    out.u8(op.localGet).u32(this.#stackLocal).u8(op.i32Const).sleb(frameCost(this.#plan.values)).u8(op.i32Add);
    out.u8(op.globalSet).u32(this.#added.stack);
  }

  /** Sets the module's counter to what it is in this function. */
  resetStack(): void {
    if (this.#plan.recursive) this.#out.u8(op.localGet).u32(this.#stackLocal).u8(op.globalSet).u32(this.#added.stack);
  }
}
