import { kind, type Kind } from './kinds.ts';

/** What a vector instruction does with the values on the stack. */
export interface VectorEffect {
  pops: number;
  pushes?: Kind;
  /** The result is dirty only when an operand is. */
  follows?: true;
  /** Operands may be dirty in lanes of this width without being seen; all else is made clean first. */
  takes: Kind;
}

const { clean, f32x4, f64x2, f32, f64 } = kind;

const effects: VectorEffect[] = Array.from({ length: 256 }, () => ({ pops: 2, pushes: clean, takes: clean }));

function set(effect: VectorEffect, ...codes: number[]): void {
  for (const code of codes) effects[code] = effect;
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const unary: VectorEffect = { pops: 1, pushes: clean, takes: clean };

set(unary, ...range(0, 10), 92, 93); // loads
set({ pops: 2, takes: clean }, 11, ...range(88, 91)); // stores
set({ pops: 0, pushes: clean, takes: clean }, 12); // v128.const
set(unary, ...range(15, 18)); // splats of integers
set({ pops: 1, pushes: f32x4, follows: true, takes: f32 }, 19);
set({ pops: 1, pushes: f64x2, follows: true, takes: f64 }, 20);
set(unary, 21, 22, 24, 25, 27, 29); // integer lanes taken out
set({ pops: 1, pushes: f32, follows: true, takes: f32x4 }, 31);
set({ pops: 2, pushes: f32x4, follows: true, takes: f32x4 }, 32);
set({ pops: 1, pushes: f64, follows: true, takes: f64x2 }, 33);
set({ pops: 2, pushes: f64x2, follows: true, takes: f64x2 }, 34);
set({ pops: 2, pushes: clean, takes: f32x4 }, ...range(65, 70)); // comparisons
set({ pops: 2, pushes: clean, takes: f64x2 }, ...range(71, 76));
set(unary, 77, 83); // not, any_true
set({ pops: 3, pushes: clean, takes: clean }, 82); // bitselect
set({ pops: 1, pushes: f32x4, takes: f64x2 }, 94); // demote
set({ pops: 1, pushes: f64x2, takes: f32x4 }, 95); // promote
set(unary, ...range(96, 100), ...range(124, 129), 131, 132, ...range(135, 138), 160, 161, 163, 164, ...range(167, 170));
set(unary, 192, 193, 195, 196, ...range(199, 202));
set({ pops: 1, pushes: f32x4, takes: f32x4 }, ...range(103, 106), 227); // rounding, sqrt
set({ pops: 1, pushes: f64x2, takes: f64x2 }, 116, 117, 122, 148, 239);
set({ pops: 1, pushes: f32x4, follows: true, takes: f32x4 }, 224, 225); // abs, neg
set({ pops: 1, pushes: f64x2, follows: true, takes: f64x2 }, 236, 237);
set({ pops: 2, pushes: f32x4, takes: f32x4 }, ...range(228, 233));
set({ pops: 2, pushes: f32x4, follows: true, takes: f32x4 }, 234, 235); // pmin, pmax
set({ pops: 2, pushes: f64x2, takes: f64x2 }, ...range(240, 245));
set({ pops: 2, pushes: f64x2, follows: true, takes: f64x2 }, 246, 247);
set({ pops: 1, pushes: clean, takes: f32x4 }, 248, 249); // truncations
set({ pops: 1, pushes: clean, takes: f64x2 }, 252, 253);
set(unary, 250, 251, 254, 255); // conversions of integers

/** Of the instructions with prefix 0xfd. */
export const vectorEffectOf = (sub: number): VectorEffect => effects[sub] as VectorEffect;

/** Whether a dirty operand of kind `of` is seen by an instruction that takes `takes`. A scalar lane fits its vector. */
export const hides = (takes: Kind, of: Kind): boolean =>
  takes === of || (takes === f32x4 && of === f32) || (takes === f64x2 && of === f64);
