import { op } from '../binary.ts';
import { kind, type Kind } from './kinds.ts';

/** What an instruction of one byte does with the values on the stack. */
export interface Effect {
  pops: number;
  /** Absent: it leaves nothing. */
  pushes?: Kind;
  /** The result is dirty when the operand below all others is. */
  follows?: true;
  /** The bits of the topmost operand become visible. */
  shows?: true;
}

const { clean, f32, f64 } = kind;

const effects: (Effect | undefined)[] = [];

function span(first: number, last: number, effect: Effect): void {
  for (let code = first; code <= last; code++) effects[code] = effect;
}

span(0x01, 0x01, { pops: 0 }); // nop
span(0x1a, 0x1a, { pops: 1 }); // drop
span(0x25, 0x25, { pops: 1, pushes: clean }); // table.get
span(op.tableSet, op.tableSet, { pops: 2 });
span(0x28, 0x35, { pops: 1, pushes: clean }); // loads
span(0x36, 0x3e, { pops: 2 }); // stores
span(0x38, 0x39, { pops: 2, shows: true }); // f32.store, f64.store
span(op.memorySize, op.memorySize, { pops: 0, pushes: clean });
span(op.memoryGrow, op.memoryGrow, { pops: 1, pushes: clean });
span(op.i32Const, op.f64Const, { pops: 0, pushes: clean });
span(0x45, 0x8a, { pops: 2, pushes: clean }); // comparisons and integer arithmetic
for (const unary of [0x45, 0x50, 0x67, 0x68, 0x69, 0x79, 0x7a, 0x7b]) span(unary, unary, { pops: 1, pushes: clean });
span(0x8b, 0x8c, { pops: 1, pushes: f32, follows: true }); // abs, neg
span(0x8d, 0x91, { pops: 1, pushes: f32 });
span(0x92, 0x97, { pops: 2, pushes: f32 });
span(0x98, 0x98, { pops: 2, pushes: f32, follows: true, shows: true }); // copysign
span(0x99, 0x9a, { pops: 1, pushes: f64, follows: true });
span(0x9b, 0x9f, { pops: 1, pushes: f64 });
span(0xa0, 0xa5, { pops: 2, pushes: f64 });
span(0xa6, 0xa6, { pops: 2, pushes: f64, follows: true, shows: true });
span(0xa7, op.lastPlain, { pops: 1, pushes: clean }); // conversions
span(0xb6, 0xb6, { pops: 1, pushes: f32 }); // f32.demote_f64
span(0xbb, 0xbb, { pops: 1, pushes: f64 }); // f64.promote_f32
span(0xbc, 0xbd, { pops: 1, pushes: clean, shows: true }); // reinterpretations of floats
span(op.refNull, op.refNull, { pops: 0, pushes: clean });
span(op.refIsNull, op.refIsNull, { pops: 1, pushes: clean });
span(op.refFunc, op.refFunc, { pops: 0, pushes: clean });

/** Undefined for control flow, variables, calls and prefixes, which need more than this table. */
export const effectOf = (code: number): Effect | undefined => effects[code];

const three: Effect = { pops: 3 };
const miscEffects: readonly Effect[] = [
  ...Array.from({ length: 8 }, (): Effect => ({ pops: 1, pushes: clean })), // saturating truncations
  three, // memory.init
  { pops: 0 }, // data.drop
  three, // memory.copy
  three, // memory.fill
  three, // table.init
  { pops: 0 }, // elem.drop
  three, // table.copy
  { pops: 2, pushes: clean }, // table.grow
  { pops: 0, pushes: clean }, // table.size
  three, // table.fill
];

/** Of the instructions with prefix 0xfc. */
export const miscEffectOf = (sub: number): Effect => miscEffects[sub] as Effect;
