import type { MovableAdditions } from '../module/additions.ts';
import { emptyBlock, op, valueType } from '../module/binary.ts';
import type { FunctionType, ParsedModule } from '../module/parse.ts';
import { Writer } from '../module/writer.ts';
import type { DecodedFunction, Step } from './decode.ts';
import { ifRewinding, Locals, saveFrame, takeFrame, zero } from './frame-writer.ts';
import { NotMovable } from './not-movable.ts';
import { effectOf } from './operations.ts';
import { fuelLocalOf, layOut, type Label, type Region, type Regions } from './regions.ts';

const { i32 } = valueType;

export interface InstrumentContext {
  module: ParsedModule;
  added: MovableAdditions;
  fuelGlobal: number;
  globals: number[];
}

/** A block, loop, if or function whose code is being written. */
interface Scope {
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

const i64Add = 0x7c;

function labelOf(labels: Map<Region, Label>, region: Region, name: string): Label {
  let label = labels.get(region);
  if (label === undefined) {
    label = { name };
    labels.set(region, label);
  }
  return label;
}

/**
 * Writes one function so that it can be left at any call that may stop the program, and entered again there: what lies on
 * the stack over such a call is kept in locals, and blocks around such calls begin at the head of the function or
 * loop, so that a jump from there leads to each call.
 */
class Instrumenter {
  readonly #context: InstrumentContext;
  readonly #decoded: DecodedFunction;
  readonly #regions: Regions;
  readonly #locals: Locals;
  readonly #resume: number;
  readonly #fuelLocal: number;
  #out = new Writer(4096);
  /** Types of what is on the stack. */
  readonly #stack: number[] = [];
  readonly #scopes: Scope[] = [];
  /** Blocks that are open as they are written, the innermost last. */
  readonly #open: Label[] = [];
  readonly #unwind: Label = { name: 'unwind' };
  /** Where the code that takes the frame back is to be put in, once all its locals are known, with the region. */
  #takeAt = -1;

  constructor(context: InstrumentContext, decoded: DecodedFunction) {
    this.#context = context;
    this.#decoded = decoded;
    this.#regions = layOut(decoded, context.fuelGlobal);
    this.#locals = new Locals(decoded.locals);
    this.#resume = this.#locals.slot(-1, i32);
    this.#fuelLocal = fuelLocalOf(decoded.steps, context.fuelGlobal);
    if (this.#fuelLocal >= 0) this.#locals.pass(this.#fuelLocal);
  }

  /** The function's body, without its size. */
  write(): Writer {
    const { type, steps } = this.#decoded;
    this.#block(this.#unwind);
    this.#scopes.push({ step: -1, code: op.block, type, label: this.#regions.body, base: 0, flat: true });
    this.#enter(this.#regions.whole, -1);
    for (let i = 0; i < steps.length; i++) {
      const region = this.#scope.region;
      if (region?.gate === i) {
        this.#gate(region);
        i = (steps[i] as Step).endAt;
      } else this.#step(i, steps[i] as Step);
    }
    // Behind the end of all code: what was returned by falling through, then where frames are handed over.
    this.#out.u8(op.return);
    this.#end(this.#unwind);
    saveFrame(this.#out, this.#context.added, this.#locals, this.#resume);
    for (const result of type.results) zero(this.#out, result);
    return this.#assemble();
  }

  #assemble(): Writer {
    const { localGroups, groupsAt, codeAt } = this.#decoded;
    const { bytes } = this.#context.module;
    const extra = this.#locals.added;
    const take = new Writer();
    takeFrame(take, this.#context.added, this.#locals, this.#resume);
    const code = this.#out.finish();
    const whole = new Writer(code.length + take.length + 64);
    whole.u32(localGroups + extra.length).raw(bytes.subarray(groupsAt, codeAt));
    for (const type of extra) whole.u8(1, type);
    return whole.raw(code.subarray(0, this.#takeAt)).raw(take.finish()).raw(code.subarray(this.#takeAt)).u8(op.end);
  }

  get #scope(): Scope {
    return this.#scopes[this.#scopes.length - 1] as Scope;
  }

  #block(label: Label): void {
    this.#out.u8(op.block, emptyBlock);
    this.#open.push(label);
  }

  #end(label: Label): void {
    if (this.#open.pop() !== label) throw new Error(`The block ${label.name} ends out of turn`);
    this.#out.u8(op.end);
  }

  #depth(label: Label): number {
    return this.#open.length - 1 - this.#open.lastIndexOf(label);
  }

  #get(local: number): void {
    this.#out.u8(op.localGet).u32(local);
  }

  #set(local: number): void {
    this.#out.u8(op.localSet).u32(local);
  }

  /** Opens a region's blocks; without a gate the way is looked for at once. */
  #enter(region: Region, at: number): void {
    for (const label of region.labels.toReversed()) this.#block(label);
    if (region.gate < 0) this.#dispatch(region, at < 0);
  }

  /** While frames are set up again: takes this one, if it is the function's head, and goes where it waits. */
  #dispatch(region: Region, head: boolean): void {
    const out = this.#out;
    ifRewinding(out, this.#context.added);
    const here: Label = { name: 'rewinding' };
    this.#open.push(here);
    if (head) {
      this.#takeAt = out.length;
      // All gates on the way are to open.
      if (this.#fuelLocal >= 0) out.u8(op.i64Const).sleb(-1_000_000).u8(op.localSet).u32(this.#fuelLocal);
    }
    this.#get(this.#resume);
    out.u8(op.i32Const).sleb(region.first).u8(op.i32Sub, op.brTable).u32(region.targets.length);
    // The gate's own call lies straight ahead.
    for (const target of region.targets) out.u32(this.#open.includes(target) ? this.#depth(target) : 0);
    out.u32(0);
    this.#open.pop();
    out.u8(op.end);
  }

  #pop(count: number): void {
    if (this.#stack.length - count < this.#scope.base) throw new Error('The stack is lower than its block');
    this.#stack.length -= count;
  }

  /** Puts what the current scope has on the stack into locals, by height. */
  #spill(): void {
    for (let height = this.#stack.length - 1; height >= this.#scope.base; height--) this.#set(this.#locals.slot(height, this.#stack[height] as number));
  }

  #unspill(from: number, to: number): void {
    for (let height = from; height < to; height++) this.#get(this.#locals.slot(height, this.#stack[height] as number));
  }

  /** Moves the values on top into carriers; they stay on the stack as far as its types go. */
  #carry(types: readonly number[]): void {
    for (let i = types.length - 1; i >= 0; i--) this.#set(this.#locals.carrier(i, types[i] as number));
  }

  #uncarry(types: readonly number[]): void {
    for (const [i, type] of types.entries()) this.#get(this.#locals.carrier(i, type));
  }

  #step(i: number, step: Step): void {
    switch (step.code) {
      case op.block:
      case op.loop:
      case op.if:
        return this.#construct(i, step);
      case op.else:
        return this.#else(step);
      case op.end:
        return this.#close(step);
      case op.br:
      case op.brIf:
      case op.brTable:
        return this.#jump(step);
      case op.call:
      case op.callIndirect:
        return this.#call(i, step);
      default:
        return this.#plain(step);
    }
  }

  #raw(step: Step): void {
    this.#out.raw(this.#context.module.bytes.subarray(step.at, step.end));
  }

  #plain(step: Step): void {
    this.#raw(step);
    const push = (type: number): void => void this.#stack.push(type);
    switch (step.code) {
      case op.localGet:
        return push(this.#locals.typeOf(step.index));
      case op.globalGet:
        return push(this.#context.globals[step.index] as number);
      case op.localSet:
      case op.globalSet:
      case 0x1a: // drop
        return this.#pop(1);
      case op.localTee:
      case op.unreachable:
      case op.return:
        return;
      case 0x1b: // select
        return this.#pop(2);
      default: {
        const effect = effectOf(step.code, step.sub);
        if (effect === undefined) throw new Error(`No effect is known of instruction 0x${step.code.toString(16)} ${step.sub}`);
        this.#pop(effect.takes.length);
        this.#stack.push(...effect.leaves);
      }
    }
  }

  #construct(i: number, step: Step): void {
    const type = step.type as FunctionType;
    if (step.code === op.if) this.#pop(1);
    if (step.first > 0) return this.#flatConstruct(i, step, type);
    this.#carry(type.params);
    const base = this.#stack.length - type.params.length;
    const label: Label = { name: 'inner' };
    this.#scopes.push({ step: i, code: step.code, type, label, base, flat: false });
    if (step.code === op.if && type.params.length > 0) throw new NotMovable('block-parameters');
    this.#out.u8(step.code, emptyBlock);
    this.#open.push(label);
    if (this.#regions.whole.gate === i) this.#dispatch(this.#regions.whole, true);
    this.#uncarry(type.params);
  }

  #flatConstruct(i: number, step: Step, type: FunctionType): void {
    if (type.params.length > 0) throw new NotMovable('block-parameters');
    const base = this.#stack.length;
    const region = this.#regions.loops.get(i);
    const scope: Scope = { step: i, code: step.code, type, label: this.#regions.ends.get(i) ?? { name: 'loop' }, base, flat: true };
    if (step.code === op.if) {
      const spills = base > this.#scope.base;
      const condition = this.#locals.carrier(-1, i32);
      if (spills) {
        this.#set(condition);
        this.#spill();
        this.#get(condition);
      }
      this.#out.u8(op.i32Eqz, op.brIf).u32(this.#depth(this.#regions.elses.get(i) as Label));
    } else this.#spill();
    if (region !== undefined) {
      this.#end(this.#regions.before.get(i) as Label);
      if (region.gate >= 0) {
        scope.region = region;
        this.#block(this.#after(region));
        this.#loop(this.#retry(region));
        this.#block(region.slow);
      }
      this.#loop(scope.label);
    }
    this.#scopes.push(scope);
    if (region !== undefined) return this.#enter(region, i);
    if (this.#regions.whole.gate === i) this.#dispatch(this.#regions.whole, true);
  }

  #loop(label: Label): void {
    this.#out.u8(op.loop, emptyBlock);
    this.#open.push(label);
  }

  readonly #afters = new Map<Region, Label>();
  readonly #retries = new Map<Region, Label>();

  #after(region: Region): Label {
    return labelOf(this.#afters, region, 'after');
  }

  #retry(region: Region): Label {
    return labelOf(this.#retries, region, 'retry');
  }

  /** At the head of a loop: out of it when fuel ran out; while frames are set up again, on to where this one waits. */
  #gate(region: Region): void {
    this.#pop(1);
    if (region.targets.every((target) => target === region.slow)) {
      this.#out.u8(op.brIf).u32(this.#depth(region.slow));
      return;
    }
    this.#out.u8(op.if, emptyBlock);
    this.#open.push({ name: 'gate' });
    this.#dispatch(region, false);
    this.#out.u8(op.br).u32(this.#depth(region.slow));
    this.#open.pop();
    this.#out.u8(op.end);
  }

  /** Behind a loop with a gate: asks the host, gives back what the gate charged, since it will charge anew, and enters the loop again. */
  #askHost(region: Region, dead: boolean): void {
    const { steps } = this.#decoded;
    const gate = steps[region.gate] as Step;
    if (!dead) this.#out.u8(op.br).u32(this.#depth(this.#after(region)));
    this.#end(region.slow);
    for (const step of steps.slice(region.gate + 1, gate.endAt)) {
      this.#raw(step);
      if (step.resume > 0) this.#leaveIfUnwinding(step.resume);
    }
    // The head of the loop: fuel, cost, subtract, ... It stands right behind the loop's own step.
    const head = steps.slice(0, region.gate).findLastIndex(({ code }) => code === op.loop) + 1;
    const [load, cost] = [steps[head] as Step, steps[head + 1] as Step];
    this.#raw(load);
    this.#raw(cost);
    this.#out.u8(i64Add, load.code === op.globalGet ? op.globalSet : op.localSet).u32(load.index);
    this.#out.u8(op.br).u32(this.#depth(this.#retry(region)));
    this.#end(this.#retry(region));
    this.#end(this.#after(region));
  }

  #else({ dead }: Step): void {
    const scope = this.#scope;
    if (!dead) this.#carry(scope.type.results);
    this.#stack.length = scope.base;
    if (!scope.flat) {
      this.#out.u8(op.else);
      return;
    }
    if (!dead) this.#out.u8(op.br).u32(this.#depth(scope.label));
    this.#end(this.#regions.elses.get(scope.step) as Label);
  }

  #close({ dead }: Step): void {
    const scope = this.#scope;
    const { results } = scope.type;
    if (!dead) this.#carry(results);
    this.#stack.length = scope.base;
    const noElse = scope.flat && scope.code === op.if && this.#decoded.steps[scope.step]?.elseAt === -1;
    if (noElse) this.#end(this.#regions.elses.get(scope.step) as Label);
    this.#end(scope.label);
    this.#scopes.pop();
    if (scope.region !== undefined) this.#askHost(scope.region, dead);
    if (this.#scopes.length > 0 && scope.flat) this.#unspill(this.#scope.base, scope.base);
    this.#uncarry(results);
    this.#stack.push(...results);
  }

  /** The scope that a jump leads to, and what it takes there. */
  #target(label: number): { scope: Scope; types: readonly number[] } {
    const scope = this.#scopes[this.#scopes.length - 1 - label] as Scope;
    return { scope, types: scope.code === op.loop ? scope.type.params : scope.type.results };
  }

  #jump(step: Step): void {
    const out = this.#out;
    if (step.code === op.brTable) {
      this.#pop(1);
      const { types } = this.#target(step.labels[0] as number);
      const chosen = this.#locals.carrier(-1, i32);
      if (types.length > 0) {
        this.#set(chosen);
        this.#carry(types);
        this.#get(chosen);
      }
      out.u8(op.brTable).u32(step.labels.length - 1);
      for (const label of step.labels) out.u32(this.#depth(this.#target(label).scope.label));
      return;
    }
    const { scope, types } = this.#target(step.index);
    if (scope.code === op.loop && types.length > 0) throw new NotMovable('block-parameters');
    if (step.code === op.br) {
      this.#carry(types);
    } else {
      this.#pop(1);
      if (types.length > 0) {
        const condition = this.#locals.carrier(-1, i32);
        this.#set(condition);
        this.#carry(types);
        this.#uncarry(types);
        this.#get(condition);
      }
    }
    out.u8(step.code).u32(this.#depth(scope.label));
  }

  #call(i: number, step: Step): void {
    const { params, results } = step.type as FunctionType;
    const arguments_ = params.length + (step.code === op.callIndirect ? 1 : 0);
    const below = this.#stack.length - arguments_;
    const { base } = this.#scope;
    if (step.resume === 0) {
      this.#raw(step);
      this.#pop(arguments_);
      this.#stack.push(...results);
      return;
    }
    this.#spill();
    this.#end(this.#regions.before.get(i) as Label);
    this.#unspill(below, this.#stack.length);
    this.#raw(step);
    this.#pop(arguments_);
    this.#leaveIfUnwinding(step.resume);
    if (below > base && results.length > 0) this.#carry(results);
    this.#unspill(base, below);
    if (below > base && results.length > 0) this.#uncarry(results);
    this.#stack.push(...results);
  }

  /** After a call: whether it came back only to be left. */
  #leaveIfUnwinding(id: number): void {
    this.#out.u8(op.globalGet).u32(this.#context.added.state).u8(op.if, emptyBlock);
    this.#out.u8(op.i32Const).sleb(id).u8(op.localSet).u32(this.#resume);
    this.#out.u8(op.br).u32(this.#depth(this.#unwind) + 1).u8(op.end);
  }
}

/** The body of a function that may be stopped, so that it can be. Throws NotMovable. */
export function instrumentFunction(context: InstrumentContext, decoded: DecodedFunction): Writer {
  return new Instrumenter(context, decoded).write();
}

