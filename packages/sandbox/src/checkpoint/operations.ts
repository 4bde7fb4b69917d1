import { op, valueType } from '../module/binary.ts';

/** What an instruction takes from the stack (first pushed first) and leaves there. */
export interface Effect {
  takes: readonly number[];
  leaves: readonly number[];
}

const { i32, i64, f32, f64, v128 } = valueType;
const letters: Record<string, number> = { i: i32, I: i64, f: f32, F: f64, v: v128 };

/** From text such as `iI>f`. */
function effect(text: string): Effect {
  const [takes = '', leaves = ''] = text.split('>');
  const types = (list: string): number[] => [...list].map((letter) => letters[letter] as number);
  return { takes: types(takes), leaves: types(leaves) };
}

/** Ranges of codes (both ends included) that do the same to the stack, as the binary format lists them. */
const plainRanges: [first: number, last: number, effect: string][] = [
  [0x01, 0x01, '>'],
  [0x28, 0x28, 'i>i'], [0x29, 0x29, 'i>I'], [0x2a, 0x2a, 'i>f'], [0x2b, 0x2b, 'i>F'], [0x2c, 0x2f, 'i>i'], [0x30, 0x35, 'i>I'],
  [0x36, 0x36, 'ii>'], [0x37, 0x37, 'iI>'], [0x38, 0x38, 'if>'], [0x39, 0x39, 'iF>'], [0x3a, 0x3b, 'ii>'], [0x3c, 0x3e, 'iI>'],
  [0x3f, 0x3f, '>i'], [0x40, 0x40, 'i>i'],
  [0x41, 0x41, '>i'], [0x42, 0x42, '>I'], [0x43, 0x43, '>f'], [0x44, 0x44, '>F'],
  [0x45, 0x45, 'i>i'], [0x46, 0x4f, 'ii>i'], [0x50, 0x50, 'I>i'], [0x51, 0x5a, 'II>i'], [0x5b, 0x60, 'ff>i'], [0x61, 0x66, 'FF>i'],
  [0x67, 0x69, 'i>i'], [0x6a, 0x78, 'ii>i'], [0x79, 0x7b, 'I>I'], [0x7c, 0x8a, 'II>I'],
  [0x8b, 0x91, 'f>f'], [0x92, 0x98, 'ff>f'], [0x99, 0x9f, 'F>F'], [0xa0, 0xa6, 'FF>F'],
  [0xa7, 0xa7, 'I>i'], [0xa8, 0xa9, 'f>i'], [0xaa, 0xab, 'F>i'], [0xac, 0xad, 'i>I'], [0xae, 0xaf, 'f>I'], [0xb0, 0xb1, 'F>I'],
  [0xb2, 0xb3, 'i>f'], [0xb4, 0xb5, 'I>f'], [0xb6, 0xb6, 'F>f'], [0xb7, 0xb8, 'i>F'], [0xb9, 0xba, 'I>F'], [0xbb, 0xbb, 'f>F'],
  [0xbc, 0xbc, 'f>i'], [0xbd, 0xbd, 'F>I'], [0xbe, 0xbe, 'i>f'], [0xbf, 0xbf, 'I>F'], [0xc0, 0xc1, 'i>i'], [0xc2, 0xc4, 'I>I'],
];

/** After the prefix 0xfc; those that touch tables are left out: a program that has them cannot be moved. */
const miscRanges: typeof plainRanges = [
  [0, 1, 'f>i'], [2, 3, 'F>i'], [4, 5, 'f>I'], [6, 7, 'F>I'], [8, 8, 'iii>'], [10, 11, 'iii>'],
];

/** After the prefix 0xfd; what is not listed takes two vectors and leaves one. */
const vectorRanges: typeof plainRanges = [
  [0, 10, 'i>v'], [11, 11, 'iv>'], [12, 12, '>v'], [15, 17, 'i>v'], [18, 18, 'I>v'], [19, 19, 'f>v'], [20, 20, 'F>v'],
  [21, 22, 'v>i'], [23, 23, 'vi>v'], [24, 25, 'v>i'], [26, 26, 'vi>v'], [27, 27, 'v>i'], [28, 28, 'vi>v'],
  [29, 29, 'v>I'], [30, 30, 'vI>v'], [31, 31, 'v>f'], [32, 32, 'vf>v'], [33, 33, 'v>F'], [34, 34, 'vF>v'],
  [77, 77, 'v>v'], [82, 82, 'vvv>v'], [83, 83, 'v>i'], [84, 87, 'iv>v'], [88, 91, 'iv>'], [92, 93, 'i>v'], [94, 95, 'v>v'],
  [96, 98, 'v>v'], [99, 100, 'v>i'], [103, 106, 'v>v'], [107, 109, 'vi>v'], [116, 117, 'v>v'], [122, 122, 'v>v'], [124, 129, 'v>v'],
  [131, 132, 'v>i'], [135, 138, 'v>v'], [139, 141, 'vi>v'], [148, 148, 'v>v'], [160, 161, 'v>v'], [163, 164, 'v>i'], [167, 170, 'v>v'],
  [171, 173, 'vi>v'], [192, 193, 'v>v'], [195, 196, 'v>i'], [199, 202, 'v>v'], [203, 205, 'vi>v'], [224, 227, 'v>v'],
  [236, 239, 'v>v'], [248, 255, 'v>v'],
];

const twoVectors = effect('vv>v');
const vectorCodes = 256;

function table(ranges: typeof plainRanges): (Effect | undefined)[] {
  const effects: (Effect | undefined)[] = [];
  for (const [first, last, text] of ranges) {
    const shared = effect(text);
    for (let code = first; code <= last; code++) effects[code] = shared;
  }
  return effects;
}

const plain = table(plainRanges);
const misc = table(miscRanges);
const vector = table(vectorRanges);

/** The effect of an instruction that neither jumps, calls nor names a local or global; undefined for one that is not known. */
export function effectOf(code: number, sub: number): Effect | undefined {
  if (code === op.prefixMisc) return misc[sub];
  if (code === op.prefixVector) return sub < vectorCodes ? (vector[sub] ?? twoVectors) : undefined;
  return plain[code];
}
