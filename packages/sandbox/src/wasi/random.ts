/** xoshiro128**: four 32-bit words of state, plain numbers, equal on every machine. Not for secrets. */
export type RandomState = [number, number, number, number];

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** State from at least 16 bytes of seed; all zero is replaced, since it would stay zero. */
export function seedRandom(seed: Uint8Array): RandomState {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const state: RandomState = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

function next(s: RandomState): number {
  const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
  const t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 11);
  return result;
}

/** Fills `target`; each four bytes take one step, a rest takes one more. */
export function fillRandom(state: RandomState, target: Uint8Array): void {
  let word = 0;
  for (let i = 0; i < target.length; i++) {
    word = (i & 3) === 0 ? next(state) : word >>> 8;
    target[i] = word & 0xff;
  }
}
