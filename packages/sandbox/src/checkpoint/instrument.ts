import type { MovableAdditions } from '../module/additions.ts';
import { emptyBlock, op, valueType } from '../module/binary.ts';
import type { FunctionType, ParsedModule } from '../module/parse.ts';
import { Writer } from '../module/writer.ts';
import type { DecodedFunction, Step } from './decode.ts';
import { ifRewinding, Locals, saveFrame, takeFrame, zero } from './frame-writer.ts';
import { NotMovable } from './not-movable.ts';
import { effectOf } from './operations.ts';
import { CodeWriter, type Scope } from './code-writer.ts';
import { fuelLocalOf, layOut, type Label, type Region, type Regions } from './regions.ts';

const { i32 } = valueType;

export interface InstrumentContext {
  module: ParsedModule;
  added: MovableAdditions;
  fuelGlobal: number;
  globals: number[];
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
  readonly #code: CodeWriter;
  readonly #unwind: Label = { name: 'unwind' };
  /** Where the code that takes the frame back is to be put in, once all its locals are known, with the region. */
  #takeAt = -1;

  constructor(context: InstrumentContext, decoded: DecodedFunction) {
    this.#context = context;
    this.#decoded = decoded;
    this.#regions = layOut(decoded, context.fuelGlobal);
    this.#locals = new Locals(decoded.locals);
    this.#code = new CodeWriter(this.#locals);
    this.#resume = this.#locals.slot(-1, i32);
    this.#fuelLocal = fuelLocalOf(decoded.steps, context.fuelGlobal);
    if (this.#fuelLocal >= 0) this.#locals.pass(this.#fuelLocal);
  }

  /** The function's body, without its size. */
  write(): Writer {
    const { type, steps } = this.#decoded;
    this.#code.block(this.#unwind);
    this.#code.scopes.push({ step: -1, code: op.block, type, label: this.#regions.body, base: 0, flat: true });
    this.#enter(this.#regions.whole, -1);
    for (let i = 0; i < steps.length; i++) {
      const region = this.#code.scope.region;
      if (region?.gate === i) {
        this.#gate(region);
        i = (steps[i] as Step).endAt;
      } else this.#step(i, steps[i] as Step);
    }
    // Behind the end of all code: what was returned by falling through, then where frames are handed over.
    this.#code.out.u8(op.return);
    this.#code.end(this.#unwind);
    saveFrame(this.#code.out, this.#context.added, this.#locals, this.#resume);
    for (const result of type.results) zero(this.#code.out, result);
    return this.#assemble();
  }

  #assemble(): Writer {
    const { localGroups, groupsAt, codeAt } = this.#decoded;
    const { bytes } = this.#context.module;
    const extra = this.#locals.added;
    const take = new Writer();
    takeFrame(take, this.#context.added, this.#locals, this.#resume);
    const code = this.#code.out.finish();
    const whole = new Writer(code.length + take.length + 64);
    whole.u32(localGroups + extra.length).raw(bytes.subarray(groupsAt, codeAt));
    for (const type of extra) whole.u8(1, type);
    return whole.raw(code.subarray(0, this.#takeAt)).raw(take.finish()).raw(code.subarray(this.#takeAt)).u8(op.end);
  }

  /** Opens a region's blocks; without a gate the way is looked for at once. */
  #enter(region: Region, at: number): void {
    for (const label of region.labels.toReversed()) this.#code.block(label);
    if (region.gate < 0) this.#dispatch(region, at < 0);
  }

  /** While frames are set up again: takes this one, if it is the function's head, and goes where it waits. */
  #dispatch(region: Region, head: boolean): void {
    const out = this.#code.out;
    ifRewinding(out, this.#context.added);
    const here: Label = { name: 'rewinding' };
    this.#code.open.push(here);
    if (head) {
      this.#takeAt = out.length;
      // All gates on the way are to open.
      if (this.#fuelLocal >= 0) out.u8(op.i64Const).sleb(-1_000_000).u8(op.localSet).u32(this.#fuelLocal);
    }
    this.#code.get(this.#resume);
    out.u8(op.i32Const).sleb(region.first).u8(op.i32Sub, op.brTable).u32(region.targets.length);
    // The gate's own call lies straight ahead.
    for (const target of region.targets) out.u32(this.#code.open.includes(target) ? this.#code.depth(target) : 0);
    out.u32(0);
    this.#code.open.pop();
    out.u8(op.end);
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
    this.#code.out.raw(this.#context.module.bytes.subarray(step.at, step.end));
  }

  #plain(step: Step): void {
    this.#raw(step);
    const push = (type: number): void => void this.#code.stack.push(type);
    switch (step.code) {
      case op.localGet:
        return push(this.#locals.typeOf(step.index));
      case op.globalGet:
        return push(this.#context.globals[step.index] as number);
      case op.localSet:
      case op.globalSet:
      case 0x1a: // drop
        return this.#code.pop(1);
      case op.localTee:
      case op.unreachable:
      case op.return:
        return;
      case 0x1b: // select
        return this.#code.pop(2);
      default: {
        const effect = effectOf(step.code, step.sub);
        if (effect === undefined) throw new Error(`No effect is known of instruction 0x${step.code.toString(16)} ${step.sub}`);
        this.#code.pop(effect.takes.length);
        this.#code.stack.push(...effect.leaves);
      }
    }
  }

  #construct(i: number, step: Step): void {
    const type = step.type as FunctionType;
    if (step.code === op.if) this.#code.pop(1);
    if (step.first > 0) return this.#flatConstruct(i, step, type);
    this.#code.carry(type.params);
    const base = this.#code.stack.length - type.params.length;
    const label: Label = { name: 'inner' };
    this.#code.scopes.push({ step: i, code: step.code, type, label, base, flat: false });
    if (step.code === op.if && type.params.length > 0) throw new NotMovable('block-parameters');
    this.#code.out.u8(step.code, emptyBlock);
    this.#code.open.push(label);
    if (this.#regions.whole.gate === i) this.#dispatch(this.#regions.whole, true);
    this.#code.uncarry(type.params);
  }

  #flatConstruct(i: number, step: Step, type: FunctionType): void {
    if (type.params.length > 0) throw new NotMovable('block-parameters');
    const base = this.#code.stack.length;
    const region = this.#regions.loops.get(i);
    const scope: Scope = { step: i, code: step.code, type, label: this.#regions.ends.get(i) ?? { name: 'loop' }, base, flat: true };
    if (step.code === op.if) {
      const spills = base > this.#code.scope.base;
      const condition = this.#locals.carrier(-1, i32);
      if (spills) {
        this.#code.set(condition);
        this.#code.spill();
        this.#code.get(condition);
      }
      this.#code.out.u8(op.i32Eqz, op.brIf).u32(this.#code.depth(this.#regions.elses.get(i) as Label));
    } else this.#code.spill();
    if (region !== undefined) {
      this.#code.end(this.#regions.before.get(i) as Label);
      if (region.gate >= 0) {
        scope.region = region;
        this.#code.block(this.#after(region));
        this.#code.loop(this.#retry(region));
        this.#code.block(region.slow);
      }
      this.#code.loop(scope.label);
    }
    this.#code.scopes.push(scope);
    if (region !== undefined) return this.#enter(region, i);
    if (this.#regions.whole.gate === i) this.#dispatch(this.#regions.whole, true);
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
    this.#code.pop(1);
    if (region.targets.every((target) => target === region.slow)) {
      this.#code.out.u8(op.brIf).u32(this.#code.depth(region.slow));
      return;
    }
    this.#code.out.u8(op.if, emptyBlock);
    this.#code.open.push({ name: 'gate' });
    this.#dispatch(region, false);
    this.#code.out.u8(op.br).u32(this.#code.depth(region.slow));
    this.#code.open.pop();
    this.#code.out.u8(op.end);
  }

  /** Behind a loop with a gate: asks the host, gives back what the gate charged, since it will charge anew, and enters the loop again. */
  #askHost(region: Region, dead: boolean): void {
    const { steps } = this.#decoded;
    const gate = steps[region.gate] as Step;
    if (!dead) this.#code.out.u8(op.br).u32(this.#code.depth(this.#after(region)));
    this.#code.end(region.slow);
    for (const step of steps.slice(region.gate + 1, gate.endAt)) {
      this.#raw(step);
      if (step.resume > 0) this.#leaveIfUnwinding(step.resume);
    }
    // The head of the loop: fuel, cost, subtract, ... It stands right behind the loop's own step.
    const head = steps.slice(0, region.gate).findLastIndex(({ code }) => code === op.loop) + 1;
    const [load, cost] = [steps[head] as Step, steps[head + 1] as Step];
    this.#raw(load);
    this.#raw(cost);
    this.#code.out.u8(i64Add, load.code === op.globalGet ? op.globalSet : op.localSet).u32(load.index);
    this.#code.out.u8(op.br).u32(this.#code.depth(this.#retry(region)));
    this.#code.end(this.#retry(region));
    this.#code.end(this.#after(region));
  }

  #else({ dead }: Step): void {
    const scope = this.#code.scope;
    if (!dead) this.#code.carry(scope.type.results);
    this.#code.stack.length = scope.base;
    if (!scope.flat) {
      this.#code.out.u8(op.else);
      return;
    }
    if (!dead) this.#code.out.u8(op.br).u32(this.#code.depth(scope.label));
    this.#code.end(this.#regions.elses.get(scope.step) as Label);
  }

  #close({ dead }: Step): void {
    const scope = this.#code.scope;
    const { results } = scope.type;
    if (!dead) this.#code.carry(results);
    this.#code.stack.length = scope.base;
    const noElse = scope.flat && scope.code === op.if && this.#decoded.steps[scope.step]?.elseAt === -1;
    if (noElse) this.#code.end(this.#regions.elses.get(scope.step) as Label);
    this.#code.end(scope.label);
    this.#code.scopes.pop();
    if (scope.region !== undefined) this.#askHost(scope.region, dead);
    if (this.#code.scopes.length > 0 && scope.flat) this.#code.unspill(this.#code.scope.base, scope.base);
    this.#code.uncarry(results);
    this.#code.stack.push(...results);
  }

  /** The scope that a jump leads to, and what it takes there. */
  #target(label: number): { scope: Scope; types: readonly number[] } {
    const scope = this.#code.scopes[this.#code.scopes.length - 1 - label] as Scope;
    return { scope, types: scope.code === op.loop ? scope.type.params : scope.type.results };
  }

  #jump(step: Step): void {
    const out = this.#code.out;
    if (step.code === op.brTable) {
      this.#code.pop(1);
      const { types } = this.#target(step.labels[0] as number);
      const chosen = this.#locals.carrier(-1, i32);
      if (types.length > 0) {
        this.#code.set(chosen);
        this.#code.carry(types);
        this.#code.get(chosen);
      }
      out.u8(op.brTable).u32(step.labels.length - 1);
      for (const label of step.labels) out.u32(this.#code.depth(this.#target(label).scope.label));
      return;
    }
    const { scope, types } = this.#target(step.index);
    if (scope.code === op.loop && types.length > 0) throw new NotMovable('block-parameters');
    if (step.code === op.br) {
      this.#code.carry(types);
    } else {
      this.#code.pop(1);
      if (types.length > 0) {
        const condition = this.#locals.carrier(-1, i32);
        this.#code.set(condition);
        this.#code.carry(types);
        this.#code.uncarry(types);
        this.#code.get(condition);
      }
    }
    out.u8(step.code).u32(this.#code.depth(scope.label));
  }

  #call(i: number, step: Step): void {
    const { params, results } = step.type as FunctionType;
    const arguments_ = params.length + (step.code === op.callIndirect ? 1 : 0);
    const below = this.#code.stack.length - arguments_;
    const { base } = this.#code.scope;
    if (step.resume === 0) {
      this.#raw(step);
      this.#code.pop(arguments_);
      this.#code.stack.push(...results);
      return;
    }
    this.#code.spill();
    this.#code.end(this.#regions.before.get(i) as Label);
    this.#code.unspill(below, this.#code.stack.length);
    this.#raw(step);
    this.#code.pop(arguments_);
    this.#leaveIfUnwinding(step.resume);
    if (below > base && results.length > 0) this.#code.carry(results);
    this.#code.unspill(base, below);
    if (below > base && results.length > 0) this.#code.uncarry(results);
    this.#code.stack.push(...results);
  }

  /** After a call: whether it came back only to be left. */
  #leaveIfUnwinding(id: number): void {
    this.#code.out.u8(op.globalGet).u32(this.#context.added.state).u8(op.if, emptyBlock);
    this.#code.out.u8(op.i32Const).sleb(id).u8(op.localSet).u32(this.#resume);
    this.#code.out.u8(op.br).u32(this.#code.depth(this.#unwind) + 1).u8(op.end);
  }
}

/** The body of a function that may be stopped, so that it can be. Throws NotMovable. */
export function instrumentFunction(context: InstrumentContext, decoded: DecodedFunction): Writer {
  return new Instrumenter(context, decoded).write();
}

