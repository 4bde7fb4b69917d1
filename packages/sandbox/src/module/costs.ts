import { op } from './binary.ts';

/** What fuel is charged: one for each instruction that becomes work for the processor. Part of the determinism class. */

/** Instructions that become no machine code, or nearly none. */
const free: ReadonlySet<number> = new Set([
  0x01, // nop
  op.block,
  op.loop,
  op.else,
  op.end,
  0x1a, // drop
  op.try,
  op.tryTable,
  op.localGet,
  op.localSet,
  op.localTee,
  op.i32Const,
  op.i64Const,
  op.f32Const,
  op.f64Const,
]);

export const costOf = (code: number): number => (free.has(code) ? 0 : 1);

/** A call through a table: its check, and what functions too small to be metered may do. */
export const indirectCallCost = 8;

/** A call of the host: it leaves the compiled code. */
export const hostCallCost = 30;

/** memory.copy and memory.fill: one for so many bytes (as a power of two). */
export const bulkShift = 4;

/** Most that one pass through a loop, or one call, may be charged: of a long body only a part runs each time. */
export const maxCharge = 1000;

/**
 * What a call of a recursive function takes of the stack, in bytes: an estimate from above of V8's frames, so that the
 * count ends a runaway recursion before V8 does, at the same depth everywhere.
 */
export const frameCost = (values: number): number => 96 + 8 * values;

/** Straight functions up to this cost are charged to their callers. */
export const maxUnmeteredCost = 20;
