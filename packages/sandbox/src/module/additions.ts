import { emptyBlock, op, valueType } from './binary.ts';
import type { ParsedModule } from './parse.ts';
import { Writer } from './writer.ts';

/** Indexes of what the sandbox appends to a module: nothing of the program's is renumbered. */
export interface Additions {
  /** Type of (i32) -> i32. */
  growType: number;
  /** Function that grows the memory and notes a refusal. */
  grow: number;
  /** Mutable i32: how often memory was refused. */
  refused: number;
}

/** Names under which the host finds what was added. */
export const addedExport = { refused: 'shoal:refused', start: 'shoal:start' } as const;

export function planAdditions(module: ParsedModule): Additions {
  return {
    growType: module.types.length,
    grow: module.imports.length + module.functions.length,
    refused: module.globals,
  };
}

/** `grow(pages)`: as memory.grow, counting refusals, so that a trap that follows can be told from others. */
export function growBody(added: Additions): Writer {
  const code = new Writer();
  code.u8(1, 1, valueType.i32);
  code.u8(op.localGet, 0, op.memoryGrow, 0, op.localTee, 1).u8(op.i32Const).sleb(-1).u8(op.i32Eq);
  code.u8(op.if, emptyBlock);
  code.u8(op.globalGet).u32(added.refused).u8(op.i32Const, 1, op.i32Add, op.globalSet).u32(added.refused);
  code.u8(op.end, op.localGet, 1, op.end);
  return code;
}
