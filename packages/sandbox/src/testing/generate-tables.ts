import { op, valueType } from '../module/binary.ts';

/** What the generator of random modules chooses from. */
export type Type = typeof valueType.i32 | typeof valueType.i64 | typeof valueType.f32 | typeof valueType.f64 | typeof valueType.v128;

const { i32, i64, f32, f64, v128 } = valueType;

export const types: readonly Type[] = [i32, i64, f32, f64, v128];

export interface Operation {
  prefix?: number;
  code: number;
  operands: number[];
  /** Works on lanes of 64 bits. */
  wide?: boolean;
}

const plain = (...codes: number[]): Operation[] => codes.map((code) => ({ code, operands: [] }));
const vector = (code: number, ...operands: number[]): Operation => ({ prefix: op.prefixVector, code, operands });
const wide = (code: number, ...operands: number[]): Operation => ({ ...vector(code, ...operands), wide: true });

/** Vector instructions whose results are floats that arithmetic made. */
const arithmetic: ReadonlySet<number> = new Set([94, 95, 103, 104, 105, 106, 116, 117, 122, 148, 227, 228, 229, 230, 231, 232, 233, 239, 240, 241, 242, 243, 244, 245]);

export const makesFloats = ({ prefix, code }: Operation): boolean => prefix === op.prefixVector && arithmetic.has(code);

export const binaryOps: Record<Type, Operation[]> = {
  [i32]: plain(0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x46, 0x48, 0x6d, 0x70),
  [i64]: plain(0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88),
  [f32]: plain(0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x98),
  [f64]: plain(0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa6),
  [v128]: [
    vector(78), vector(80), vector(81), vector(110), vector(174), vector(206), vector(65), wide(71), // and, or, xor, sums, comparisons
    vector(13, 0, 17, 2, 19, 4, 21, 6, 23, 8, 25, 10, 27, 12, 29, 14, 31), // shuffle
    vector(228), vector(229), vector(230), vector(231), vector(232), vector(233), vector(234), vector(235),
    wide(240), wide(241), wide(242), wide(243), wide(244), wide(245), wide(246), wide(247),
  ],
};

export const unaryOps: Record<Type, Operation[]> = {
  [i32]: plain(0x45, 0x67, 0x68, 0x69, 0xc0),
  [i64]: plain(0x79, 0x7a, 0x7b, 0xc4),
  [f32]: plain(0x8b, 0x8c, 0x8c, 0x8d, 0x8f, 0x90, 0x91, 0x91),
  [f64]: plain(0x99, 0x9a, 0x9a, 0x9b, 0x9d, 0x9e, 0x9f, 0x9f),
  [v128]: [vector(77), vector(103), vector(106), vector(224), vector(225), vector(227), wide(116), wide(236), wide(237), wide(239), vector(94), wide(95), vector(250), vector(248), wide(254)],
};

/** From the type on the left to the wanted one. */
export const conversions: Record<Type, [from: Type, operation: Operation][]> = {
  [i32]: [
    ...plain(0xa7).map((each): [Type, Operation] => [i64, each]),
    ...plain(0xaa).map((each): [Type, Operation] => [f64, each]),
    ...plain(0xbc).map((each): [Type, Operation] => [f32, each]),
    [v128, vector(27, 1)], [v128, vector(100)], [f64, { prefix: op.prefixMisc, code: 2, operands: [] }],
  ],
  [i64]: [
    ...plain(0xac, 0xad).map((each): [Type, Operation] => [i32, each]),
    ...plain(0xbd, 0xbd, 0xb0).map((each): [Type, Operation] => [f64, each]),
    [v128, vector(29, 1)],
  ],
  [f32]: [
    ...plain(0xb2, 0xbe).map((each): [Type, Operation] => [i32, each]),
    ...plain(0xb6).map((each): [Type, Operation] => [f64, each]),
    [v128, vector(31, 2)],
  ],
  [f64]: [
    ...plain(0xb7).map((each): [Type, Operation] => [i32, each]),
    ...plain(0xb9, 0xbf).map((each): [Type, Operation] => [i64, each]),
    ...plain(0xbb).map((each): [Type, Operation] => [f32, each]),
    [v128, vector(33, 1)],
  ],
  [v128]: [[i32, vector(17)], [i64, vector(18)], [f32, vector(19)], [f64, wide(20)]],
};

export const loads: Record<Type, Operation> = {
  [i32]: { code: 0x28, operands: [0, 0] },
  [i64]: { code: 0x29, operands: [0, 0] },
  [f32]: { code: 0x2a, operands: [0, 0] },
  [f64]: { code: 0x2b, operands: [0, 0] },
  [v128]: vector(0, 0, 0),
};

export const stores: Record<Type, Operation> = {
  [i32]: { code: 0x36, operands: [0, 0] },
  [i64]: { code: 0x37, operands: [0, 0] },
  [f32]: { code: 0x38, operands: [0, 0] },
  [f64]: { code: 0x39, operands: [0, 0] },
  [v128]: vector(11, 0, 0),
};

export const canonicalF32 = [0, 0, 0xc0, 0x7f];
export const canonicalF64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
