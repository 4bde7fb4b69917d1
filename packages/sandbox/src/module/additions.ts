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
  /** Types () -> results, for functions with several results, by their results. */
  blockTypes: Map<string, number>;
  firstFreeType: number;
}

/** Names under which the host finds what was added. */
export const addedExport = { refused: 'shoal:refused', fuel: 'shoal:fuel', stack: 'shoal:stack', start: 'shoal:start' } as const;

export function planAdditions(module: ParsedModule): Additions {
  const functions = module.imports.length + module.functions.length;
  return {
    growType: module.types.length,
    bulkType: module.types.length + 1,
    grow: functions,
    copy: functions + 1,
    fill: functions + 2,
    refused: module.globals,
    fuel: module.globals + 1,
    stack: module.globals + 2,
    blockTypes: new Map(),
    firstFreeType: module.types.length + 2,
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
  code.u8(op.globalGet).u32(added.fuel).u8(op.i64Const, 0, op.i64LtS, op.if, emptyBlock, op.unreachable, op.end);
  code.u8(op.localGet, 0, op.localGet, 1, op.localGet, 2, op.prefixMisc, operation, 0);
  if (operation === misc.memoryCopy) code.u8(0);
  return code.u8(op.end);
}
