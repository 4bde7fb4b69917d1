import { valueType } from '../binary.ts';
import { kind, untracked, type Kind } from './kinds.ts';
import type { Value } from './producer.ts';

/** An open block. */
export interface Frame {
  loop: boolean;
  /** Values below it. */
  height: number;
  params: readonly number[];
  results: readonly number[];
}

const typesByKind: Record<number, readonly number[]> = {
  [kind.f32]: [valueType.f32],
  [kind.f64]: [valueType.f64],
  [kind.f32x4]: [valueType.v128],
  [kind.f64x2]: [valueType.v128],
};

/** The values and the open blocks of a function, as far as NaNs matter. */
export class Stack {
  #values: Value[] = [];
  readonly frames: Frame[] = [];

  /** Undefined as well for what code that is never reached takes. */
  pop(): Value {
    const { length } = this.#values;
    const floor = this.frames[this.frames.length - 1]?.height ?? 0;
    return length > floor ? this.#values.pop() : undefined;
  }

  /** The topmost values, the last one first, without taking them. */
  peek(count: number): Value[] {
    return Array.from({ length: count }, (_, i) => this.#values[this.#values.length - 1 - i]);
  }

  push(value: Value): void {
    this.#values.push(value);
  }

  /** One value that an instruction leaves. */
  leave(at: number, of: Kind): void {
    this.#values.push(of === kind.clean ? undefined : { at, types: typesByKind[of] as number[], index: 0, kind: of });
  }

  /** Values that come from where floats are not tracked. */
  leaveAll(at: number, types: readonly number[]): void {
    for (const [index, type] of types.entries()) {
      const of = untracked(type);
      this.#values.push(of === kind.clean ? undefined : { at, types, index, kind: of });
    }
  }

  /** Opens a block, whose parameters stay where they are. */
  open(loop: boolean, params: readonly number[], results: readonly number[]): void {
    const floor = this.frames[this.frames.length - 1]?.height ?? 0;
    this.frames.push({ loop, height: Math.max(floor, this.#values.length - params.length), params, results });
  }

  /** Forgets what the innermost block has left. */
  cut(): void {
    this.#values.length = Math.min(this.#values.length, this.frames[this.frames.length - 1]?.height ?? 0);
  }

  /** Types that a jump to the label of this depth takes along. */
  label(depth: number): readonly number[] {
    const frame = this.frames[this.frames.length - 1 - depth];
    return frame === undefined ? [] : frame.loop ? frame.params : frame.results;
  }
}
