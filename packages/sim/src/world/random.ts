import type { Random } from '@shoal/runtime';

/** 32 bits from a text: FNV-1a with a final mix. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A stream of dice, seeded by the run's seed and a name: what one part of the world draws does not shift what the
 * others draw. Algorithm: sfc32 (Chris Doty-Humphrey, PractRand).
 */
export function randomStream(seed: number, name: string): Random {
  let a = hashText(`${seed}/${name}/a`);
  let b = hashText(`${seed}/${name}/b`);
  let c = hashText(`${seed}/${name}/c`);
  let counter = 1;
  const next = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    return out >>> 0;
  };
  for (let i = 0; i < 12; i += 1) next();
  const float = (): number => next() / 4_294_967_296;
  return {
    float,
    integer: (below) => Math.floor(float() * below),
    bytes: (length) => Uint8Array.from({ length }, () => next() & 255),
  };
}

/** A draw from an exponential distribution. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.float()) * mean;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)] as T;
}
