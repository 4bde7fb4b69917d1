import { op, valueType } from '../binary.ts';
import { skipOperands } from '../instructions.ts';
import type { FunctionType, ParsedModule, Span } from '../parse.ts';
import { Reader } from '../reader.ts';
import { effectOf, miscEffectOf } from './effects.ts';
import { isVector, kind, mixed, untracked, type Kind } from './kinds.ts';
import { Sites, type Site, type Value } from './producer.ts';
import { Stack } from './stack.ts';
import { hides, vectorEffectOf } from './vector-effects.ts';

/** Whether a lane of either width is a NaN. */
function hasNaN(vector: Uint8Array): boolean {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
  return [0, 4, 8, 12].some((at) => Number.isNaN(view.getFloat32(at, true))) || [0, 8].some((at) => Number.isNaN(view.getFloat64(at, true)));
}

const noTypes: readonly number[] = [];

/** Walks over one function and finds where NaNs must be made canonical, so that no instruction sees other ones. */
class Flow {
  readonly #module: ParsedModule;
  readonly #reader: Reader;
  readonly #stack = new Stack();
  /** Where values are seen that must be clean. */
  readonly sites = new Sites();
  /** Where arithmetic makes what may be a NaN. */
  readonly made = new Sites();
  /** What each local may hold; grows from walk to walk until nothing changes. */
  readonly #locals: Uint8Array;
  changed = false;
  /** Locals that are given something clean, which may be no float. */
  readonly #givenClean = new Set<number>();
  /** Behind a constant vector in which no lane is a NaN: it fits dirty and clean ones. */
  #neutralAt = -1;
  /** The present instruction. */
  #at = 0;

  constructor(module: ParsedModule, code: Span, type: FunctionType, locals: Uint8Array) {
    this.#module = module;
    this.#reader = new Reader(module.bytes, code.start, code.end);
    this.#locals = locals;
    for (const i of type.params.keys()) this.#givenClean.add(i);
    this.#stack.open(false, noTypes, type.results);
  }

  walk(): void {
    const reader = this.#reader;
    while (reader.at < reader.end) {
      this.#at = reader.at;
      this.#step(reader.u8());
    }
  }

  #step(code: number): void {
    const reader = this.#reader;
    const effect = effectOf(code);
    if (effect !== undefined) {
      skipOperands(reader, code);
      return this.#apply(effect.pops, effect.pushes, effect.follows === true, effect.shows === true);
    }
    if (code >= op.localGet && code <= op.globalSet) return this.#variable(code, reader.u32());
    if (code === op.prefixVector) return this.#vector();
    if (code === op.prefixMisc) {
      const from = reader.at;
      const { pops, pushes } = miscEffectOf(reader.u32());
      reader.at = from;
      skipOperands(reader, code);
      return this.#apply(pops, pushes, false, false);
    }
    this.#control(code);
  }

  #apply(pops: number, pushes: Kind | undefined, follows: boolean, shows: boolean): void {
    const stack = this.#stack;
    let lowest: Value;
    for (let i = 0; i < pops; i++) {
      lowest = stack.pop();
      if (shows && i === 0) this.sites.demand(lowest);
    }
    if (pushes !== undefined) this.#leave(follows && lowest === undefined ? kind.clean : pushes, !follows);
  }

  #leave(of: Kind, arithmetic: boolean): void {
    this.#stack.leave(this.#reader.at, of);
    if (arithmetic) this.made.demand(this.#stack.peek(1)[0]);
  }

  #vector(): void {
    const reader = this.#reader;
    const from = reader.at;
    const { pops, pushes, follows, takes } = vectorEffectOf(reader.u32());
    reader.at = from;
    skipOperands(reader, op.prefixVector);
    const operands = Array.from({ length: pops }, () => this.#stack.pop());
    const hidden = operands.filter((operand) => operand !== undefined && hides(takes, operand.kind));
    for (const operand of operands) if (!hidden.includes(operand)) this.sites.demand(operand);
    if (pushes === undefined) return;
    // What is clean may be no float at all: as soon as it takes part, the others are made clean.
    const dirty = follows !== true || (hidden.length > 0 && operands.every((operand) => hidden.includes(operand)));
    if (!dirty) for (const operand of hidden) this.sites.demand(operand);
    this.#leave(dirty ? pushes : kind.clean, follows !== true);
    if (pops === 0) this.#neutralAt = hasNaN(this.#module.bytes.subarray(reader.at - 16, reader.at)) ? -1 : reader.at;
  }

  #variable(code: number, index: number): void {
    const stack = this.#stack;
    const held = this.#locals[index] as number;
    const neutral = this.#neutralAt === this.#at;
    if (code === op.localGet) return stack.leave(this.#reader.at, held === mixed ? kind.clean : (held as Kind));
    if (code === op.globalGet) return stack.push(undefined);
    const value = stack.pop();
    if (code === op.globalSet) return this.sites.demand(value);
    if (value !== undefined && held === mixed) this.sites.demand(value);
    else if (value !== undefined && value.kind !== held) {
      // Lanes of the other width are made clean at the next walk.
      this.#hold(index, held === kind.clean ? value.kind : mixed);
    } else if (value === undefined && isVector(held) && held !== mixed && !neutral) this.#hold(index, mixed);
    else if (value === undefined && held === kind.clean && !neutral) this.#givenClean.add(index);
    if (code === op.localTee) stack.leave(this.#reader.at, value === undefined || held === mixed ? kind.clean : value.kind);
  }

  #hold(index: number, of: number): void {
    this.#locals[index] = isVector(of) && this.#givenClean.has(index) ? mixed : of;
    this.changed = true;
  }

  #control(code: number): void {
    const reader = this.#reader;
    const stack = this.#stack;
    switch (code) {
      case op.block:
      case op.try:
        return this.#open(false, false);
      case op.tryTable: {
        const from = reader.at;
        const [params, results] = this.#blockType();
        reader.at = from;
        skipOperands(reader, code);
        return stack.open(false, params, results);
      }
      case op.if:
        stack.pop();
        return this.#open(false, true);
      case op.loop:
        return this.#open(true, true);
      case op.else:
        return this.#anew(stack.frames[stack.frames.length - 1]?.params ?? noTypes);
      case op.catch:
        return this.#anew(this.#module.types[this.#module.tags[reader.u32()] ?? -1]?.params ?? noTypes);
      case op.catchAll:
        return this.#anew(noTypes);
      case op.delegate:
        reader.u32();
        return this.#close();
      case op.end:
        return this.#close();
      default:
        this.#transfer(code);
    }
  }

  /** Calls, jumps and the rest. */
  #transfer(code: number): void {
    const reader = this.#reader;
    const stack = this.#stack;
    const { types, tags, imports, functions } = this.#module;
    const typeOfFunction = (index: number): FunctionType | undefined =>
      types[index < imports.length ? (imports[index]?.type as number) : (functions[index - imports.length] as number)];
    switch (code) {
      case op.call:
        return this.#call(typeOfFunction(reader.u32()), false);
      case op.returnCall:
        return this.#call(typeOfFunction(reader.u32()), true);
      case op.callIndirect:
      case op.returnCallIndirect: {
        const type = types[reader.u32()];
        reader.u32();
        stack.pop();
        return this.#call(type, code === op.returnCallIndirect);
      }
      case op.br:
        this.#jump(reader.u32());
        return stack.cut();
      case op.brIf:
        stack.pop();
        return this.#jump(reader.u32());
      case op.brTable:
        stack.pop();
        for (let n = reader.u32(); n >= 0; n--) this.#jump(reader.u32());
        return stack.cut();
      case op.return:
        this.#jump(stack.frames.length - 1);
        return stack.cut();
      case op.throw:
        for (const value of stack.peek(types[tags[reader.u32()] ?? -1]?.params.length ?? 0)) this.sites.demand(value);
        return stack.cut();
      case op.selectTyped:
      case 0x1b:
        skipOperands(reader, code);
        return this.#select();
      default:
        // unreachable, rethrow, throw_ref
        skipOperands(reader, code);
        stack.cut();
    }
  }

  #select(): void {
    const stack = this.#stack;
    stack.pop();
    const pair = [stack.pop(), stack.pop()];
    const of = (pair[0] ?? pair[1])?.kind ?? kind.clean;
    const alike = !isVector(of) || pair.every((value) => value?.kind === of);
    if (!alike) for (const value of pair) this.sites.demand(value);
    this.#leave(alike ? of : kind.clean, false);
  }

  #call(type: FunctionType | undefined, last: boolean): void {
    for (const _ of type?.params ?? []) this.sites.demandVector(this.#stack.pop());
    if (last) this.#stack.cut();
    else this.#stack.leaveAll(this.#reader.at, type?.results ?? noTypes);
  }

  #jump(depth: number): void {
    for (const value of this.#stack.peek(this.#stack.label(depth).length)) this.sites.demandVector(value);
  }

  #blockType(): readonly [params: readonly number[], results: readonly number[]] {
    const byte = this.#module.bytes[this.#reader.at] as number;
    // A negative number of one byte is a value type or nothing.
    if (byte >= 0x40 && byte < 0x80) {
      this.#reader.at++;
      return byte === 0x40 ? [noTypes, noTypes] : [noTypes, [byte]];
    }
    const type = this.#module.types[this.#reader.u32()];
    return type === undefined ? [noTypes, noTypes] : [type.params, type.results];
  }

  /** `anew`: its parameters come from several places. */
  #open(loop: boolean, anew: boolean): void {
    const [params, results] = this.#blockType();
    const stack = this.#stack;
    if (anew) for (const _ of params) this.sites.demandVector(stack.pop());
    if (anew) stack.leaveAll(this.#reader.at, params);
    stack.open(loop, params, results);
  }

  /** The other half of a block: it begins with what the block was given. */
  #anew(types: readonly number[]): void {
    const stack = this.#stack;
    const frame = stack.frames[stack.frames.length - 1];
    for (const value of stack.peek(frame?.results.length ?? 0)) this.sites.demandVector(value);
    stack.cut();
    stack.leaveAll(this.#reader.at, types);
  }

  #close(): void {
    const stack = this.#stack;
    const results = stack.frames[stack.frames.length - 1]?.results ?? noTypes;
    for (const value of stack.peek(results.length)) this.sites.demandVector(value);
    stack.cut();
    stack.frames.pop();
    stack.leaveAll(this.#reader.at, results);
  }
}

/** Beyond so many walks every local that may be dirty counts as such. */
const maxWalks = 8;

/** Where the NaNs of a function are made canonical, and where arithmetic makes some. */
export function findSites(module: ParsedModule, code: Span, type: FunctionType, localTypes: readonly number[]): { seen: Site[]; made: Site[] } {
  const types = [...type.params, ...localTypes];
  const locals = Uint8Array.from(types, (each, i) => (i < type.params.length ? untracked(each) : kind.clean));
  for (let walks = 1; ; walks++) {
    const flow = new Flow(module, code, type, locals);
    flow.walk();
    if (!flow.changed) return { seen: flow.sites.list(), made: flow.made.list() };
    if (walks < maxWalks) continue;
    for (const [i, each] of types.entries()) locals[i] = each === valueType.v128 ? mixed : untracked(each);
  }
}
