import { emptyBlock, misc, op, valueType } from './binary.ts';
import { bulkShift } from './costs.ts';
import type { FunctionType, ParsedModule } from './parse.ts';
import { Writer } from './writer.ts';

/** Indexes of what the sandbox appends to a module: nothing of the program's is renumbered. */
export interface Additions {
  /** Type (i32) -> i32. */
  growType: number;
  /** Type (i32, i32, i32) -> (). */
  bulkType: number;
  /** Functions that stand for memory.grow, memory.copy and memory.fill. */
  grow: number;
  copy: number;
  fill: number;
  /** Mutable i32: how often memory was refused. */
  refused: number;
  /** Mutable i64: what is left; below zero ends the program. */
  fuel: number;
  /** Mutable i32: stack that recursion may still use; below zero ends the program. */
  stack: number;
  /** What a program that can be stopped and go on elsewhere has beside; undefined in any other. */
  movable: MovableAdditions | undefined;
  /** Types () -> results, for functions with several results, by their results. */
  blockTypes: Map<string, number>;
  firstFreeType: number;
}

/** Functions behind which the host stands, in this order in the added table. */
export const hostCalls = ['pause', 'grant', 'save32', 'save64', 'take32', 'take64'] as const;
export type HostCall = (typeof hostCalls)[number];

export interface MovableAdditions {
  /** Table of the host's functions: a table renumbers nothing, as imports would. */
  table: number;
  /** Types of the host's functions, and the functions that call them. */
  types: Record<HostCall, number>;
  calls: Record<HostCall, number>;
  /** Mutable i32: 0 while the program runs, 1 while its frames are taken down, 2 while they are set up again. */
  state: number;
}

export const running = 0;
export const unwinding = 1;
export const rewinding = 2;

/** Parameters and results of each of the host's functions. */
export const hostSignatures: Record<HostCall, [params: number[], results: number[]]> = {
  pause: [[], []],
  grant: [[], []],
  save32: [[valueType.i32], []],
  save64: [[valueType.i64], []],
  take32: [[], [valueType.i32]],
  take64: [[], [valueType.i64]],
};

/** Names under which the host finds what was added. */
export const addedExport = { refused: 'shoal:refused', fuel: 'shoal:fuel', stack: 'shoal:stack', start: 'shoal:start', state: 'shoal:state', host: 'shoal:host' } as const;

function planMovable(module: ParsedModule, firstType: number, firstFunction: number, firstGlobal: number): MovableAdditions {
  const numbered = (first: number): Record<HostCall, number> => Object.fromEntries(hostCalls.map((name, i) => [name, first + i])) as Record<HostCall, number>;
  return { table: module.tables.length, types: numbered(firstType), calls: numbered(firstFunction), state: firstGlobal };
}

export function planAdditions(module: ParsedModule, movable: boolean): Additions {
  const functions = module.imports.length + module.functions.length;
  const types = module.types.length + 2;
  return {
    growType: module.types.length,
    bulkType: module.types.length + 1,
    grow: functions,
    copy: functions + 1,
    fill: functions + 2,
    refused: module.globals,
    fuel: module.globals + 1,
    stack: module.globals + 2,
    movable: movable ? planMovable(module, types, functions + 3, module.globals + 3) : undefined,
    blockTypes: new Map(),
    firstFreeType: movable ? types + hostCalls.length : types,
  };
}

/** The type of a block with these results, as the binary format writes it. */
export function blockTypeOf(added: Additions, type: FunctionType): Writer {
  if (type.results.length === 0) return new Writer(4).u8(emptyBlock);
  if (type.results.length === 1) return new Writer(4).u8(type.results[0] as number);
  const key = type.results.join(' ');
  let index = added.blockTypes.get(key);
  if (index === undefined) {
    index = added.firstFreeType + added.blockTypes.size;
    added.blockTypes.set(key, index);
  }
  return new Writer(8).sleb(index);
}

/** `grow(pages)`: as memory.grow, counting refusals, so that a trap that follows can be told from others. */
export function growBody(added: Additions): Writer {
  const code = new Writer();
  code.u8(1, 1, valueType.i32);
  code.u8(op.localGet, 0, op.memoryGrow, 0, op.localTee, 1).u8(op.i32Const).sleb(-1).u8(op.i32Eq);
  code.u8(op.if, emptyBlock);
  code.u8(op.globalGet).u32(added.refused).u8(op.i32Const, 1, op.i32Add, op.globalSet).u32(added.refused);
  return code.u8(op.end, op.localGet, 1, op.end);
}

/** memory.copy or memory.fill, charged by its length: (target, source or value, length). */
export function bulkBody(added: Additions, operation: typeof misc.memoryCopy | typeof misc.memoryFill): Writer {
  const code = new Writer().u8(0);
  code.u8(op.globalGet).u32(added.fuel).u8(op.localGet, 2, op.i32Const, bulkShift, op.i32ShrU, op.i64ExtendI32U, op.i64Sub);
  code.u8(op.globalSet).u32(added.fuel);
  code.u8(op.globalGet).u32(added.fuel).u8(op.i64Const, 0, op.i64LtS, op.if, emptyBlock);
  if (added.movable === undefined) code.u8(op.unreachable, op.end);
  else code.u8(op.call).u32(added.movable.calls.grant).u8(op.end);
  code.u8(op.localGet, 0, op.localGet, 1, op.localGet, 2, op.prefixMisc, operation, 0);
  if (operation === misc.memoryCopy) code.u8(0);
  return code.u8(op.end);
}

/** Calls one of the host's functions. Behind `pause` and `grant` the program ends when there is no fuel. */
export function hostCallBody(added: Additions, movable: MovableAdditions, name: HostCall): Writer {
  const code = new Writer().u8(0);
  for (let i = 0; i < hostSignatures[name][0].length; i++) code.u8(op.localGet).u32(i);
  code.u8(op.i32Const).sleb(hostCalls.indexOf(name)).u8(op.callIndirect).u32(movable.types[name]).u32(movable.table);
  if (name === 'pause' || name === 'grant') {
    code.u8(op.globalGet).u32(movable.state).u8(op.i32Eqz, op.if, emptyBlock);
    code.u8(op.globalGet).u32(added.fuel).u8(op.i64Const, 0, op.i64LtS, op.if, emptyBlock, op.unreachable, op.end, op.end);
  }
  return code.u8(op.end);
}
