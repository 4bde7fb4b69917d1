import { fail, errno } from './errno.ts';

/** A WebAssembly.Memory, as far as the host needs one. */
export interface MemoryLike {
  readonly buffer: ArrayBufferLike;
}

/**
 * The guest's memory. Every address comes from the guest: what lies outside ends the call with `fault`,
 * checked before anything is touched.
 */
export class GuestMemory {
  #memory: MemoryLike | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  attach(memory: MemoryLike): void {
    this.#memory = memory;
  }

  /** Growing detaches the old buffer, so it is looked at in each call. */
  #refresh(): void {
    const buffer = this.#memory?.buffer;
    if (buffer !== undefined && buffer !== this.#bytes.buffer) {
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
  }

  /** Checks a range, and renews the views before they are used. */
  #check(at: number, length: number): number {
    this.#refresh();
    const start = at >>> 0;
    if (start + length > this.#bytes.length) fail(errno.fault);
    return start;
  }

  /** A view, valid until the guest runs on. */
  slice(at: number, length: number): Uint8Array {
    const size = length >>> 0;
    const start = this.#check(at, size);
    return this.#bytes.subarray(start, start + size);
  }

  u32(at: number): number {
    const start = this.#check(at, 4);
    return this.#view.getUint32(start, true);
  }

  u16(at: number): number {
    const start = this.#check(at, 2);
    return this.#view.getUint16(start, true);
  }

  u8(at: number): number {
    const start = this.#check(at, 1);
    return this.#view.getUint8(start);
  }

  u64(at: number): bigint {
    const start = this.#check(at, 8);
    return this.#view.getBigUint64(start, true);
  }

  setU8(at: number, value: number): void {
    const start = this.#check(at, 1);
    this.#view.setUint8(start, value);
  }

  setU16(at: number, value: number): void {
    const start = this.#check(at, 2);
    this.#view.setUint16(start, value, true);
  }

  setU32(at: number, value: number): void {
    const start = this.#check(at, 4);
    this.#view.setUint32(start, value, true);
  }

  setU64(at: number, value: bigint): void {
    const start = this.#check(at, 8);
    this.#view.setBigUint64(start, value, true);
  }
}
