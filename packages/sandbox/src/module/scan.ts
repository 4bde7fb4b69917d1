import { misc, op } from './binary.ts';
import { costOf, hostCallCost, indirectCallCost } from './costs.ts';
import { skipOperands } from './instructions.ts';
import type { Span } from './parse.ts';
import { Reader } from './reader.ts';
import type { Survey } from './survey.ts';

/** Places in a function's code that the rewriter may change. */
export const mark = { loop: 0, call: 1, hostCall: 2, grow: 3, copy: 4, fill: 5, leave: 6 } as const;

export interface Mark {
  kind: (typeof mark)[keyof typeof mark];
  /** The instruction, from its first byte to the one after its last. */
  at: number;
  end: number;
  /** Of a loop: which. */
  loop: number;
}

export interface Loop {
  cost: number;
  /** It, or a loop inside it, calls a metered function. */
  calls: boolean;
}

/** What one walk over a function finds. */
export interface FunctionScan {
  /** Locals without parameters. */
  locals: number;
  localGroups: number;
  /** Where the groups of locals begin, and where the code begins. */
  groupsAt: number;
  codeAt: number;
  /** Cost outside all loops. */
  cost: number;
  loops: Loop[];
  marks: Mark[];
  /** Throws or catches. */
  exceptions: boolean;
  /** It may show the bits of a float to somebody: what for, nan/ finds out. */
  showsFloats: boolean;
  setsGlobals: boolean;
}

function readLocals(reader: Reader): Pick<FunctionScan, 'locals' | 'localGroups' | 'groupsAt' | 'codeAt'> {
  const localGroups = reader.u32();
  const groupsAt = reader.at;
  let locals = 0;
  for (let i = 0; i < localGroups; i++) {
    locals += reader.u32();
    reader.skipLeb();
  }
  return { locals, localGroups, groupsAt, codeAt: reader.at };
}

const throwing: ReadonlySet<number> = new Set([op.try, op.catch, op.throw, op.rethrow, op.throwRef, op.delegate, op.catchAll, op.tryTable]);
const opening: ReadonlySet<number> = new Set([op.block, op.loop, op.if, op.try, op.tryTable]);
const leaving: ReadonlySet<number> = new Set([op.return, op.returnCall, op.returnCallIndirect]);

/** Stores, copysign and reinterpretations of floats, throw, vectors. */
const showing: ReadonlySet<number> = new Set([0x38, 0x39, 0x98, 0xa6, 0xbc, 0xbd, op.throw, op.prefixVector]);

/** Walks over a function's code once. */
export function scanFunction(bytes: Uint8Array, body: Span, survey: Survey): FunctionScan {
  const reader = new Reader(bytes, body.start, body.end);
  const scan: FunctionScan = { ...readLocals(reader), cost: 1, loops: [], marks: [], exceptions: false, showsFloats: false, setsGlobals: false };
  /** The loop around each open block, -1 for none. */
  const around: number[] = [];
  let loop = -1;
  const charge = (cost: number): void => {
    const region = scan.loops[loop];
    if (region === undefined) scan.cost += cost;
    else region.cost += cost;
  };
  const noteCall = (): void => {
    for (const outer of [...around, loop]) if (outer >= 0) (scan.loops[outer] as Loop).calls = true;
  };
  const note = (kind: Mark['kind'], at: number): void => void scan.marks.push({ kind, at, end: reader.at, loop });

  while (reader.at < body.end) {
    const at = reader.at;
    const code = reader.u8();
    let target = -1;
    if (code === op.call) {
      target = reader.u32();
    } else if (code === op.prefixMisc) {
      target = reader.u32();
      reader.at = at + 1;
      skipOperands(reader, code);
    } else {
      skipOperands(reader, code);
    }
    charge(costOf(code));
    if (opening.has(code)) {
      around.push(loop);
      if (code === op.loop) {
        loop = scan.loops.push({ cost: 1, calls: false }) - 1;
        note(mark.loop, at);
      }
    } else if (code === op.end || code === op.delegate) {
      loop = around.pop() ?? -1;
    }
    if (throwing.has(code)) scan.exceptions = true;
    if (showing.has(code)) scan.showsFloats = true;
    if (code === op.globalSet) scan.setsGlobals = true;
    if (code === op.memoryGrow) note(mark.grow, at);
    else if (leaving.has(code)) note(mark.leave, at);
    else if (code === op.callIndirect) {
      charge(indirectCallCost);
      noteCall();
      note(mark.call, at);
    } else if (code === op.call) {
      const cost = target < survey.imports ? hostCallCost : (survey.unmetered[target - survey.imports] as number);
      if (cost >= 0) charge(cost);
      else noteCall();
      if (target < survey.imports) note(mark.hostCall, at);
      else if (cost < 0) note(mark.call, at);
    } else if (code === op.prefixMisc && (target === misc.memoryCopy || target === misc.memoryFill)) {
      note(target === misc.memoryCopy ? mark.copy : mark.fill, at);
    }
  }
  return scan;
}
