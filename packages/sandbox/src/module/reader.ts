import { invalid } from './invalid.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the binary format of WebAssembly; every step is checked against the end. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  u8(): number {
    if (this.at >= this.end) invalid('it ends in the middle of an entry');
    return this.bytes[this.at++] as number;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (result > 0xffff_ffff) break;
        return result;
      }
    }
    return invalid('a number is longer than 32 bits');
  }

  /** Passes over a LEB128 number of either sign and at most 64 bits. */
  skipLeb(): void {
    for (let i = 0; i < 10; i++) if (this.u8() < 0x80) return;
    invalid('a number is longer than 64 bits');
  }

  skip(count: number): void {
    if (count > this.end - this.at) invalid('it ends in the middle of an entry');
    this.at += count;
  }

  name(): string {
    const length = this.u32();
    const start = this.at;
    this.skip(length);
    try {
      return decoder.decode(this.bytes.subarray(start, this.at));
    } catch {
      return invalid('a name is not UTF-8'); // all that a fatal decoder throws for
    }
  }
}
