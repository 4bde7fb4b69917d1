import { emptyBlock, functionForm, kind, op, section, valueType } from '../module/binary.ts';
import { binaryOps, canonicalF32, canonicalF64, conversions, loads, makesFloats, stores, types, unaryOps, type Operation, type Type } from './generate-tables.ts';
import { Writer } from '../module/writer.ts';

/**
 * Small random modules that always end: every loop counts down, and functions call only earlier ones. Valid by
 * construction: a statement leaves the stack as it was, an expression leaves one value of its type.
 *
 * `careful`: they make each NaN canonical themselves, as soon as it is there, so that they give the same everywhere without
 * the sandbox's help. Others let NaNs flow where they will.
 */
export interface GenerateOptions {
  careful?: boolean;
}

interface Signature {
  params: Type[];
  results: Type[];
}

/** Deterministic choices from a seed (mulberry32). */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

class FunctionGenerator {
  readonly #choices: Choices;
  readonly #earlier: Signature[];
  readonly #own: Signature;
  readonly #code = new Writer();
  readonly #locals: Type[];
  /** Result types of the open blocks, the function's first; a jump to one needs its values. */
  readonly #labels: Type[][];
  #budget: number;
  /** Only short straight functions are called inside loops. */
  #loopDepth = 0;
  readonly #counters: number;
  readonly #globals: Type[];
  readonly #careful: boolean;

  constructor(choices: Choices, own: Signature, earlier: Signature[], budget: number, globals: Type[], careful: boolean) {
    this.#globals = globals;
    this.#careful = careful;
    this.#choices = choices;
    this.#own = own;
    this.#earlier = earlier;
    this.#budget = budget;
    this.#labels = [own.results];
    const extra = Array.from({ length: choices.below(5) }, () => choices.of(types));
    this.#counters = own.params.length + extra.length;
    // Loop counters come last; ordinary code does not touch them.
    this.#locals = [...own.params, ...extra];
  }

  /** `last`: at its end it shows all globals. */
  body(last: boolean): Writer {
    const statements = 1 + this.#choices.below(6);
    for (let i = 0; i < statements; i++) this.#statement(0);
    for (const [i, type] of last ? this.#globals.entries() : []) {
      this.#code.u8(op.i32Const).sleb(1024 + i * 16).u8(op.globalGet).u32(i);
      this.#put(stores[type]);
    }
    for (const type of this.#own.results) this.#value(type, 0);
    this.#code.u8(op.end);
    const out = new Writer();
    const extra = this.#locals.slice(this.#own.params.length);
    // The last three belong to #settle().
    out.u32(extra.length + 4);
    for (const type of extra) out.u8(1, type);
    out.u8(4, valueType.i32, 1, valueType.f32, 1, valueType.f64, 1, valueType.v128);
    return out.raw(this.#code.finish());
  }

  #statement(depth: number): void {
    this.#budget--;
    const simple = depth > 3 || this.#budget < 0;
    const choice = simple ? this.#choices.below(3) : this.#choices.below(12);
    if (choice <= 1) return this.#set();
    if (choice === 2) return this.#store(depth);
    if (choice === 3) return this.#block(depth);
    if (choice === 4 || choice === 5) return this.#loop(depth);
    if (choice === 6) return this.#if(depth);
    if (choice === 7) return this.#jump(depth);
    if (choice === 8) return this.#call(depth);
    if (choice === 9) return this.#bulk();
    if (choice === 10) return this.#setGlobal();
    this.#grow();
  }

  #set(): void {
    if (this.#locals.length === 0) return;
    const local = this.#choices.below(this.#locals.length);
    this.#value(this.#locals[local] as Type, 0);
    this.#code.u8(op.localSet).u32(local);
  }

  #setGlobal(): void {
    const index = this.#choices.below(this.#globals.length);
    this.#value(this.#globals[index] as Type, 1);
    this.#code.u8(op.globalSet).u32(index);
  }

  #put({ prefix, code, operands }: Operation): void {
    if (prefix !== undefined) this.#code.u8(prefix);
    this.#code.u32(code).u8(...operands);
  }

  /** A careful program makes a NaN canonical by hand. */
  #settle(type: Type, wide: boolean): void {
    if (!this.#careful || type === valueType.i32 || type === valueType.i64) return;
    const local = this.#counters + 4 + [valueType.f32, valueType.f64, valueType.v128].indexOf(type as 0x7d);
    const code = this.#code.u8(op.localTee).u32(local);
    if (type === valueType.f32) code.u8(op.f32Const, ...canonicalF32);
    else if (type === valueType.f64) code.u8(op.f64Const, ...canonicalF64);
    else {
      const lane = wide ? canonicalF64 : canonicalF32;
      code.u8(op.prefixVector, 12, ...Array.from({ length: 16 / lane.length }, () => lane).flat());
    }
    code.u8(op.localGet).u32(local).u8(op.localGet).u32(local);
    if (type === valueType.v128) code.u8(op.prefixVector, wide ? 71 : 65, op.prefixVector, 82);
    else code.u8(type === valueType.f32 ? 0x5b : 0x61, 0x1b);
  }

  /** Emits an operation whose operands are on the stack. */
  #operate(type: Type, operation: Operation): void {
    this.#put(operation);
    if (type !== valueType.v128 || makesFloats(operation)) this.#settle(type, operation.wide === true);
  }

  #address(): void {
    this.#value(valueType.i32, 2);
    // Mostly inside the memory of one page; sometimes not.
    if (this.#choices.below(20) > 0) this.#code.u8(op.i32Const).sleb(0xfff0).u8(0x71);
  }

  #store(depth: number): void {
    const type = this.#choices.of(types);
    this.#address();
    this.#value(type, depth);
    this.#put(stores[type]);
  }

  #inside(depth: number, labels: Type[]): void {
    this.#labels.push(labels);
    for (let i = 1 + this.#choices.below(3); i > 0; i--) this.#statement(depth + 1);
    this.#labels.pop();
  }

  #block(depth: number): void {
    this.#code.u8(op.block, emptyBlock);
    this.#inside(depth, []);
    this.#code.u8(op.end);
  }

  #loop(depth: number): void {
    if (this.#loopDepth >= 3) return;
    const counter = this.#counters + this.#loopDepth;
    this.#code.u8(op.i32Const).sleb(1 + this.#choices.below(5)).u8(op.localSet).u32(counter);
    this.#code.u8(op.block, emptyBlock, op.loop, emptyBlock);
    // Jumps inside go to the block around, never to the loop's head, which only the count may reach.
    this.#labels.push([]);
    this.#loopDepth++;
    this.#inside(depth + 1, undefined as unknown as Type[]);
    this.#loopDepth--;
    this.#labels.pop();
    this.#code.u8(op.localGet).u32(counter).u8(op.i32Const).sleb(1).u8(op.i32Sub, op.localTee).u32(counter);
    this.#code.u8(op.brIf, 0, op.end, op.end);
  }

  #if(depth: number): void {
    this.#value(valueType.i32, depth);
    this.#code.u8(op.if, emptyBlock);
    this.#inside(depth, []);
    if (this.#choices.below(2) === 0) {
      this.#code.u8(op.else);
      this.#inside(depth, []);
    }
    this.#code.u8(op.end);
  }

  #jump(depth: number): void {
    const target = this.#choices.below(this.#labels.length);
    const results = this.#labels[this.#labels.length - 1 - target];
    if (results === undefined) return;
    const form = this.#choices.below(results === this.#own.results ? 4 : 3);
    if (form === 0) {
      for (const type of results) this.#value(type, depth);
      this.#value(valueType.i32, depth);
      this.#code.u8(op.brIf).u32(target);
      for (let i = 0; i < results.length; i++) this.#code.u8(0x1a);
      return;
    }
    // An end in the middle: behind a condition, so that some code is reached after it.
    this.#value(valueType.i32, depth);
    this.#code.u8(op.if, emptyBlock);
    this.#labels.push([]);
    for (const type of form === 3 ? this.#own.results : results) this.#value(type, depth + 1);
    this.#labels.pop();
    if (form === 3) this.#code.u8(op.return);
    else if (form === 2) this.#code.u8(op.i32Const, 0, op.brTable, 1).u32(target + 1).u32(target + 1);
    else this.#code.u8(op.br).u32(target + 1);
    this.#code.u8(op.end);
  }

  #call(depth: number): void {
    const callable = this.#loopDepth > 0 ? this.#earlier.slice(0, 2) : this.#earlier;
    if (callable.length === 0) return;
    const index = this.#choices.below(callable.length);
    const callee = callable[index] as Signature;
    for (const type of callee.params) this.#value(type, depth + 2);
    if (this.#choices.below(3) === 0) this.#code.u8(op.i32Const).sleb(index).u8(op.callIndirect).u32(index).u8(0);
    else this.#code.u8(op.call).u32(index);
    for (let i = 0; i < callee.results.length; i++) this.#code.u8(0x1a);
  }

  #bulk(): void {
    const constant = (limit: number): void => void this.#code.u8(op.i32Const).sleb(this.#choices.below(limit));
    constant(40_000);
    constant(255);
    constant(30_000);
    if (this.#choices.below(2) === 0) this.#code.u8(op.prefixMisc, 10, 0, 0);
    else this.#code.u8(op.prefixMisc, 11, 0);
  }

  #grow(): void {
    this.#code.u8(op.i32Const, this.#choices.below(2), op.memoryGrow, 0, 0x1a);
  }

  #value(type: Type, depth: number): void {
    const choice = depth > 3 ? this.#choices.below(2) : this.#choices.below(9);
    const local = this.#locals.findIndex((each, i) => each === type && i >= this.#choices.below(this.#locals.length));
    if (choice === 0 || (choice === 1 && local < 0)) return this.#constant(type);
    if (choice === 1) return void this.#code.u8(op.localGet).u32(local);
    if (choice === 6 && this.#budget > 0 && this.#callFor(type, depth)) return;
    if (choice === 7 && this.#budget > 0) return this.#blockFor(type, depth);
    if (choice === 2) {
      this.#address();
      return this.#operate(type, loads[type]);
    }
    if (choice === 3) {
      const [from, operation] = this.#choices.of(conversions[type]);
      this.#value(from, depth + 1);
      return this.#operate(type, operation);
    }
    if (choice === 4) {
      this.#value(type, depth + 1);
      return this.#operate(type, this.#choices.of(unaryOps[type]));
    }
    if (choice === 5) return this.#through(type, depth, local);
    const operation = this.#choices.of(binaryOps[type]);
    this.#value(type, depth + 1);
    this.#value(type, depth + 1);
    this.#operate(type, operation);
  }

  /** A value that goes a longer way: through a global, a tee, a select, a block or a call. */
  #through(type: Type, depth: number, local: number): void {
    const way = this.#choices.below(5);
    const global = this.#globals.indexOf(type);
    if (way === 0 && global >= 0) return void this.#code.u8(op.globalGet).u32(global);
    if (way === 1 && local >= 0) {
      this.#value(type, depth + 1);
      return void this.#code.u8(op.localTee).u32(local);
    }
    if (way === 2) {
      this.#value(type, depth + 1);
      this.#value(type, depth + 1);
      this.#value(valueType.i32, depth + 2);
      return void this.#code.u8(0x1b);
    }
    const callee = this.#earlier.slice(0, this.#loopDepth > 0 ? 2 : undefined).findIndex(({ results }) => results.length === 1 && results[0] === type);
    if (way === 3 && callee >= 0) {
      for (const param of (this.#earlier[callee] as Signature).params) this.#value(param, depth + 2);
      return void this.#code.u8(op.call).u32(callee);
    }
    this.#value(valueType.i32, depth + 2);
    this.#code.u8(op.if, type);
    this.#labels.push([type]);
    if (this.#choices.below(3) === 0) this.#jump(depth + 1);
    this.#value(type, depth + 1);
    this.#code.u8(op.else);
    this.#value(type, depth + 1);
    this.#labels.pop();
    this.#code.u8(op.end);
  }

  /** A call in the middle of an expression; false when no function gives such a value. */
  #callFor(type: Type, depth: number): boolean {
    const callable = this.#loopDepth > 0 ? this.#earlier.slice(0, 2) : this.#earlier;
    const index = callable.findIndex(({ results }) => results.length === 1 && results[0] === type);
    if (index < 0) return false;
    this.#budget--;
    for (const param of (callable[index] as Signature).params) this.#value(param, depth + 2);
    if (this.#choices.below(3) === 0) this.#code.u8(op.i32Const).sleb(index).u8(op.callIndirect).u32(index).u8(0);
    else this.#code.u8(op.call).u32(index);
    return true;
  }

  /** A block, or an if with two arms, in the middle of an expression: statements, then its value. */
  #blockFor(type: Type, depth: number): void {
    const arms = this.#choices.below(2) + 1;
    if (arms === 2) this.#value(valueType.i32, depth + 1);
    this.#code.u8(arms === 2 ? op.if : op.block, type);
    for (let arm = 0; arm < arms; arm++) {
      if (arm === 1) this.#code.u8(op.else);
      this.#inside(depth + 1, [type]);
      // Still within the block, as far as jumps go.
      this.#labels.push([type]);
      this.#value(type, depth + 2);
      this.#labels.pop();
    }
    this.#code.u8(op.end);
  }

  #constant(type: Type): void {
    const value = this.#choices.below(3) === 0 ? this.#choices.below(0xffff_ffff) | 0 : this.#choices.below(20);
    if (type === valueType.i32) this.#code.u8(op.i32Const).sleb(value);
    else if (type === valueType.i64) this.#code.u8(op.i64Const).sleb(value);
    else this.#floats(type, value);
  }

  /** Half of them infinite, so that arithmetic makes NaNs. */
  #floats(type: Type, value: number): void {
    const infinite = this.#choices.below(2) === 0;
    const float = infinite ? (value % 2 === 0 ? Infinity : -Infinity) : value / 3;
    if (type === valueType.f32) this.#code.u8(op.f32Const).raw(new Uint8Array(new Float32Array([float]).buffer));
    else if (type === valueType.f64) this.#code.u8(op.f64Const).raw(new Uint8Array(new Float64Array([float]).buffer));
    else if (infinite) this.#code.u8(op.prefixVector, 12).raw(new Uint8Array(new Float32Array([float, -float, 0, float]).buffer));
    else this.#code.u8(op.prefixVector, 12).raw(new Uint8Array(new Int32Array([value, value * 7, 0, -value]).buffer));
  }
}

/** A module that exports its memory as `memory` and its last function, without parameters, as `run`. */
export function generateModule(seed: number, { careful = false }: GenerateOptions = {}): Uint8Array {
  const choices = new Choices(seed);
  const count = 2 + choices.below(5);
  const list = (limit: number): Type[] => Array.from({ length: choices.below(limit) }, () => choices.of(types));
  const signatures: Signature[] = Array.from({ length: count }, () => ({ params: list(4), results: list(4) }));
  const last = signatures[count - 1] as Signature;
  last.params = [];
  // JavaScript can take no vectors.
  last.results = last.results.filter((type) => type !== valueType.v128);
  const globals = Array.from({ length: 1 + choices.below(5) }, () => choices.of(types));
  const bodies = signatures.map((own, i) =>
    new FunctionGenerator(choices, own, signatures.slice(0, i), i < 2 ? 6 : 25, globals, careful).body(i === count - 1),
  );

  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const add = (id: number, content: Writer): void => void out.u8(id).sized(content);
  const typeSection = new Writer().u32(count);
  for (const { params, results } of signatures) typeSection.u8(functionForm).u32(params.length).u8(...params).u32(results.length).u8(...results);
  add(section.type, typeSection);
  const functions = new Writer().u32(count);
  for (let i = 0; i < count; i++) functions.u32(i);
  add(section.function, functions);
  add(section.table, new Writer().u8(1, valueType.funcref, 0).u32(count));
  add(section.memory, new Writer().u8(1, 0, 1));
  const globalSection = new Writer().u32(globals.length);
  const zeros: Record<Type, number[]> = {
    [valueType.i32]: [op.i32Const, 0],
    [valueType.i64]: [op.i64Const, 0],
    [valueType.f32]: [op.f32Const, 0, 0, 0, 0],
    [valueType.f64]: [op.f64Const, 0, 0, 0, 0, 0, 0, 0, 0],
    [valueType.v128]: [op.prefixVector, 12, ...Array.from({ length: 16 }, () => 0)],
  };
  for (const type of globals) globalSection.u8(type, 1, ...zeros[type], op.end);
  add(section.global, globalSection);
  add(section.export, new Writer().u32(2).name('memory').u8(kind.memory, 0).name('run').u8(kind.function).u32(count - 1));
  const elements = new Writer().u8(1, 0, op.i32Const, 0, op.end).u32(count);
  for (let i = 0; i < count; i++) elements.u32(i);
  add(section.element, elements);
  const code = new Writer().u32(count);
  for (const body of bodies) code.sized(body);
  add(section.code, code);
  return new Uint8Array(out.finish());
}
