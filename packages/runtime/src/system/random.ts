import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../ports/random.ts';

export const systemRandom: Random = {
  float: () => randomInt(2 ** 47) / 2 ** 47,
  integer: (below) => randomInt(below),
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
