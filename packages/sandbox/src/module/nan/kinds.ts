import { valueType } from '../binary.ts';

/**
 * What is known of a value on the stack. A clean one has the same bits everywhere. Of a dirty one, the bits of a NaN differ
 * from processor to processor: arithmetic made it, or it came from where that cannot be seen.
 */
export const kind = { clean: 0, f32: 1, f64: 2, f32x4: 3, f64x2: 4 } as const;

export type Kind = (typeof kind)[keyof typeof kind];

/** A local vector that holds lanes of both widths at different times: whatever is put there is made clean first. */
export const mixed = 5;

export const isVector = (of: number): boolean => of >= kind.f32x4;

/** What a number may be that comes from a place where floats are not tracked. Vectors are made clean before they go there. */
export const untracked = (type: number): Kind => (type === valueType.f32 ? kind.f32 : type === valueType.f64 ? kind.f64 : kind.clean);
