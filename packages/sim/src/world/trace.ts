/** A running 64-bit hash of what happens: two runs share it exactly when they did the same, in the same order. */
export class Trace {
  private a = 0x811c9dc5;
  private b = 0x9e3779b9;
  /** Events mixed in so far. */
  length = 0;

  mix(x: number, y: number, z: number): void {
    this.length += 1;
    let { a, b } = this;
    a = Math.imul(a ^ x, 0x01000193);
    b = Math.imul(b ^ y ^ a, 0x85ebca6b);
    a = ((a << 5) | (a >>> 27)) ^ z;
    b = ((b << 13) | (b >>> 19)) + a;
    this.a = a;
    this.b = b | 0;
  }

  get hash(): string {
    return hex(this.a) + hex(this.b);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** Where the hash of bytes is kept with them: gossip goes many hops. */
const hashed = Symbol('hashed');

/** 32 bits of what bytes say, and how many they are. Nobody changes bytes on their way, so that they are read once. */
export function hashBytes(bytes: Uint8Array & { [hashed]?: number }): number {
  return (bytes[hashed] ??= hashOf(bytes));
}

/** Words of four bytes multiplied and rotated as in MurmurHash3, the last ones one by one. */
function hashOf(bytes: Uint8Array): number {
  let hash = Math.imul(bytes.length, 0x9e3779b1) ^ 0x5bd1e995;
  const whole = bytes.length & ~3;
  let i = 0;
  for (; i < whole; i += 4) {
    let word = (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24);
    word = Math.imul(word, 0xcc9e2d51);
    hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  for (; i < bytes.length; i += 1) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
