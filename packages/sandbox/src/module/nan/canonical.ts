import { op } from '../binary.ts';
import type { Writer } from '../writer.ts';
import { kind, type Kind } from './kinds.ts';
import type { Site } from './producer.ts';

/** Which NaN stands for every other: the canonical one, or, in tests, one that no program must ever see. */
export type Pattern = 'canonical' | 'disturbed';

const f32x4Equal = 65;
const f64x2Equal = 71;
const bitselect = 82;
const vectorConst = 12;
/** x <= x is false for a NaN alone, and one jump less than x == x on x86-64. */
const f32LessEqual = 0x5f;
const f64LessEqual = 0x65;
const select = 0x1b;

const bits: Record<Pattern, { f32: number[]; f64: number[] }> = {
  canonical: { f32: [0, 0, 0xc0, 0x7f], f64: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] },
  disturbed: { f32: [0x01, 0xad, 0xde, 0x7f], f64: [0x01, 0, 0, 0, 0, 0xad, 0xfe, 0x7f] },
};

/** On top of a value: itself, or the pattern where it is a NaN. `temporary` holds the value as well. */
function replace(out: Writer, of: Kind, temporary: number, pattern: Pattern): void {
  const { f32, f64 } = bits[pattern];
  const pair = (): Writer => out.u8(op.localGet).u32(temporary).u8(op.localGet).u32(temporary);
  if (of === kind.f32) {
    out.u8(op.f32Const, ...f32);
    pair().u8(f32LessEqual, select);
  } else if (of === kind.f64) {
    out.u8(op.f64Const, ...f64);
    pair().u8(f64LessEqual, select);
  } else {
    out.u8(op.prefixVector, vectorConst, ...(of === kind.f32x4 ? [...f32, ...f32, ...f32, ...f32] : [...f64, ...f64]));
    pair().u8(op.prefixVector, of === kind.f32x4 ? f32x4Equal : f64x2Equal, op.prefixVector, bitselect);
  }
}

/** The locals in which values wait while those above them are made clean. By type, so many of each. */
export class Temporaries {
  readonly #counts = new Map<number, number>();
  readonly #first: number;

  constructor(first: number, sites: readonly Site[]) {
    this.#first = first;
    for (const { types } of sites) {
      const own = new Map<number, number>();
      for (const type of types) own.set(type, (own.get(type) ?? 0) + 1);
      for (const [type, count] of own) this.#counts.set(type, Math.max(count, this.#counts.get(type) ?? 0));
    }
  }

  /** Groups of locals to declare. */
  get groups(): number {
    return this.#counts.size;
  }

  declare(out: Writer): void {
    for (const [type, count] of this.#counts) out.u32(count).u8(type);
  }

  /** One local for each value. */
  of(types: readonly number[]): number[] {
    const used = new Map<number, number>();
    return types.map((type) => {
      const nth = used.get(type) ?? 0;
      used.set(type, nth + 1);
      let at = this.#first;
      for (const [other, count] of this.#counts) {
        if (other === type) break;
        at += count;
      }
      return at + nth;
    });
  }
}

/** Behind an instruction: of what it left, the marked values are made clean, in place. */
export function writeSite(out: Writer, site: Site, temporaries: Temporaries, pattern: Pattern): void {
  const locals = temporaries.of(site.types);
  for (const local of locals.toReversed()) out.u8(op.localSet).u32(local);
  for (const [i, local] of locals.entries()) {
    out.u8(op.localGet).u32(local);
    const of = site.kinds.get(i);
    if (of !== undefined) replace(out, of, local, pattern);
  }
}
