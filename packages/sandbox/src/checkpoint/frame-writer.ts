import { rewinding, type MovableAdditions } from '../module/additions.ts';
import { emptyBlock, op, valueType } from '../module/binary.ts';
import type { Writer } from '../module/writer.ts';
import { NotMovable } from './not-movable.ts';

const { i32, i64, f32, f64, v128 } = valueType;

const reinterpret = { i32OfF32: 0xbc, i64OfF64: 0xbd, f32OfI32: 0xbe, f64OfI64: 0xbf } as const;
const vector = { const: 12, i64Splat: 18, i64Extract: 29, i64Replace: 30 } as const;

/** Where a value lies: get and set instruction, and its index. */
interface Place {
  get: number;
  set: number;
  index: number;
}

/** Hands the value in a place to the host, bit by bit as it is. */
export function saveValue(out: Writer, added: MovableAdditions, type: number, { get, index }: Place): void {
  const { save32, save64 } = added.calls;
  const call = (name: number): Writer => out.u8(op.call).u32(name);
  if (type === v128) {
    for (const lane of [0, 1]) {
      out.u8(get).u32(index).u8(op.prefixVector, vector.i64Extract, lane);
      call(save64);
    }
    return;
  }
  out.u8(get).u32(index);
  if (type === f32) out.u8(reinterpret.i32OfF32);
  if (type === f64) out.u8(reinterpret.i64OfF64);
  if (type === i32 || type === f32) call(save32);
  else if (type === i64 || type === f64) call(save64);
  else throw new NotMovable('references');
}

/** Takes back what saveValue handed over last. */
export function takeValue(out: Writer, added: MovableAdditions, type: number, { get, set, index }: Place): void {
  const { take32, take64 } = added.calls;
  const call = (name: number): Writer => out.u8(op.call).u32(name);
  if (type === v128) {
    call(take64).u8(op.prefixVector, vector.i64Splat, set).u32(index);
    out.u8(get).u32(index);
    call(take64).u8(op.prefixVector, vector.i64Replace, 0, set).u32(index);
    return;
  }
  call(type === i32 || type === f32 ? take32 : take64);
  if (type === f32) out.u8(reinterpret.f32OfI32);
  if (type === f64) out.u8(reinterpret.f64OfI64);
  out.u8(set).u32(index);
}

/** A value of a type, for results that nobody looks at. */
export function zero(out: Writer, type: number): void {
  if (type === i32) out.u8(op.i32Const, 0);
  else if (type === i64) out.u8(op.i64Const, 0);
  else if (type === f32) out.u8(op.f32Const, 0, 0, 0, 0);
  else if (type === f64) out.u8(op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0);
  else if (type === v128) out.u8(op.prefixVector, vector.const, ...new Uint8Array(16));
  else throw new NotMovable('references');
}

const place = (index: number): Place => ({ get: op.localGet, set: op.localSet, index });

/** The locals of one function: its own, and those that the transformation adds. */
export class Locals {
  readonly #types: number[];
  readonly #own: number;
  readonly #named = new Map<string, number>();
  /** Is set anew before it is looked at, always; need not be kept. */
  readonly #passing = new Set<number>();

  constructor(own: number[]) {
    this.#types = [...own];
    this.#own = own.length;
  }

  typeOf(index: number): number {
    return this.#types[index] as number;
  }

  get added(): number[] {
    return this.#types.slice(this.#own);
  }

  /** Holds what lies at a height of the stack over a call. */
  slot(height: number, type: number): number {
    return this.#find(`slot ${height} ${type}`, type);
  }

  /** Carries a value to where a block ends; nothing that stops the program comes between. */
  carrier(number: number, type: number): number {
    const index = this.#find(`carrier ${number} ${type}`, type);
    this.#passing.add(index);
    return index;
  }

  /** For what need not be kept: the fuel, which the host gives anew. */
  pass(index: number): void {
    this.#passing.add(index);
  }

  /** Those that a frame consists of. */
  get kept(): number[] {
    return this.#types.keys().filter((index) => !this.#passing.has(index)).toArray();
  }

  #find(name: string, type: number): number {
    let index = this.#named.get(name);
    if (index === undefined) {
      index = this.#types.push(type) - 1;
      this.#named.set(name, index);
    }
    return index;
  }
}

/** Hands over a frame: its values, then the number of the call that it waits for. */
export function saveFrame(out: Writer, added: MovableAdditions, locals: Locals, resume: number): void {
  for (const index of locals.kept) if (index !== resume) saveValue(out, added, locals.typeOf(index), place(index));
  saveValue(out, added, i32, place(resume));
}

/** Takes a frame back. */
export function takeFrame(out: Writer, added: MovableAdditions, locals: Locals, resume: number): void {
  takeValue(out, added, i32, place(resume));
  for (const index of locals.kept.toReversed()) if (index !== resume) takeValue(out, added, locals.typeOf(index), place(index));
}

/** Opens an `if` that is taken while frames are set up again. */
export function ifRewinding(out: Writer, added: MovableAdditions): void {
  out.u8(op.globalGet).u32(added.state).u8(op.i32Const, rewinding, op.i32Eq, op.if, emptyBlock);
}

