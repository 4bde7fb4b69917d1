import { emptyBlock, op } from '../module/binary.ts';
import { skipOperands } from '../module/instructions.ts';
import { bodySpan, type FunctionType, type ParsedModule } from '../module/parse.ts';
import { Reader } from '../module/reader.ts';
import { NotMovable } from './not-movable.ts';
import { typeIndexOf, type Reach } from './reach.ts';

/** One instruction of a function, with what the transformation must know of it. */
export interface Step {
  code: number;
  /** Number behind a prefix. */
  sub: number;
  at: number;
  end: number;
  /** Of a local, global, function, type, or label. */
  index: number;
  /** Of a jump table, the default last. */
  labels: number[];
  /** Of a block or a call. */
  type: FunctionType | undefined;
  /** Of an `else` or `end`: the code before does not run into it. */
  dead: boolean;
  /** Of a call that may stop the program: its number, from 1. Otherwise 0. */
  resume: number;
  /** Of a block, loop or if: the steps of its else (-1: none) and end. */
  elseAt: number;
  endAt: number;
  /** Of a block, loop or if: the numbers of the calls inside; none when `first` is 0. */
  first: number;
  last: number;
}

export interface DecodedFunction {
  type: FunctionType;
  /** Types of parameters and locals. */
  locals: number[];
  localGroups: number;
  groupsAt: number;
  codeAt: number;
  steps: Step[];
  /** How many calls may stop the program. */
  resumes: number;
}

const refused = new Map<number, 'exceptions' | 'tail-calls' | 'references'>([
  ...[op.try, op.catch, op.throw, op.rethrow, op.throwRef, op.delegate, op.catchAll, op.tryTable].map((code) => [code, 'exceptions'] as const),
  ...[op.returnCall, op.returnCallIndirect].map((code) => [code, 'tail-calls'] as const),
  ...[op.selectTyped, 0x25, op.tableSet, op.refNull, op.refIsNull, op.refFunc].map((code) => [code, 'references'] as const),
]);

const noType: FunctionType = { params: [], results: [] };

function blockType(reader: Reader, module: ParsedModule): FunctionType {
  const first = reader.bytes[reader.at] as number;
  if (first === emptyBlock) {
    reader.at++;
    return noType;
  }
  if (first > emptyBlock && first < 0x80) {
    reader.at++;
    return { params: [], results: [first] };
  }
  return module.types[reader.u32()] as FunctionType;
}

/** Fills in the operands of a step whose code was read. */
function readOperands(step: Step, reader: Reader, module: ParsedModule): void {
  switch (step.code) {
    case op.block:
    case op.loop:
    case op.if:
      step.type = blockType(reader, module);
      return;
    case op.br:
    case op.brIf:
    case op.localGet:
    case op.localSet:
    case op.localTee:
    case op.globalGet:
    case op.globalSet:
      step.index = reader.u32();
      return;
    case op.call:
      step.index = reader.u32();
      step.type = module.types[typeIndexOf(module, step.index)] as FunctionType;
      return;
    case op.callIndirect:
      step.index = reader.u32();
      step.type = module.types[step.index] as FunctionType;
      reader.u32();
      return;
    case op.brTable:
      for (let n = reader.u32(); n >= 0; n--) step.labels.push(reader.u32());
      return;
    case op.prefixMisc:
    case op.prefixVector: {
      const at = reader.at;
      step.sub = reader.u32();
      reader.at = at;
      return skipOperands(reader, step.code);
    }
    default:
      skipOperands(reader, step.code);
  }
}

const opens: ReadonlySet<number> = new Set([op.block, op.loop, op.if]);
const leaves: ReadonlySet<number> = new Set([op.br, op.brTable, op.return, op.unreachable]);

function readLocals(reader: Reader, params: readonly number[]): { locals: number[]; localGroups: number; groupsAt: number } {
  const locals = [...params];
  const localGroups = reader.u32();
  const groupsAt = reader.at;
  for (let i = 0; i < localGroups; i++) {
    const count = reader.u32();
    const type = reader.u8();
    for (let n = 0; n < count; n++) locals.push(type);
  }
  return { locals, localGroups, groupsAt };
}

/** Reads a function that may be stopped, without the code that nothing reaches. Throws NotMovable. */
export function decodeFunction(module: ParsedModule, index: number, reach: Reach): DecodedFunction {
  const body = bodySpan(module, index);
  const reader = new Reader(module.bytes, body.start, body.end);
  const type = module.types[module.functions[index] as number] as FunctionType;
  const head = readLocals(reader, type.params);
  const codeAt = reader.at;
  const steps: Step[] = [];
  const open: number[] = [];
  let resumes = 0;
  let dead = false;
  /** Blocks opened in code that nothing reaches. */
  let deadDepth = 0;
  while (reader.at < body.end) {
    const at = reader.at;
    const step: Step = { code: reader.u8(), sub: 0, at, end: 0, index: 0, labels: [], type: undefined, dead: false, resume: 0, elseAt: -1, endAt: -1, first: 0, last: 0 };
    const reason = refused.get(step.code);
    if (reason !== undefined) throw new NotMovable(reason);
    readOperands(step, reader, module);
    step.end = reader.at;
    if (dead) {
      if (opens.has(step.code)) deadDepth++;
      if (deadDepth > 0) {
        if (step.code === op.end) deadDepth--;
        continue;
      }
      if (step.code !== op.end && step.code !== op.else) continue;
      step.dead = true;
      dead = false;
    }
    if (step.code === op.call && reach.functions[step.index] === 1) step.resume = ++resumes;
    if (step.code === op.callIndirect && reach.types[step.index] === 1) step.resume = ++resumes;
    if (step.code === op.else) (steps[open[open.length - 1] as number] as Step).elseAt = steps.length;
    if (step.code === op.end) {
      const opener = steps[open.pop() ?? -1];
      if (opener !== undefined) {
        opener.endAt = steps.length;
        opener.last = resumes;
        if (resumes < opener.first) opener.first = 0;
      }
    }
    if (opens.has(step.code)) {
      open.push(steps.length);
      step.first = resumes + 1;
    }
    dead = leaves.has(step.code);
    steps.push(step);
  }
  return { type, ...head, codeAt, steps, resumes };
}
