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
