import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { clockEpochNs, clockStepNs } from '../limits.ts';

interface MemoryPrototype {
  grow(this: { readonly buffer: ArrayBuffer }, pages: number): number;
}

const pageBytes = 65_536;

/**
 * Gives this process the clock and the chance of a unit instead of the machine's, and lets WebAssembly memories grow
 * no further than the unit may: engines that are no WASI commands take both from JavaScript.
 */
export function makeVirtual(chance: () => number, maxPages: number): void {
  const epochMs = Number(clockEpochNs / 1_000_000n);
  const stepMs = Number(clockStepNs) / 1e6;
  let nowMs = 0;
  const look = (): number => (nowMs += stepMs);
  const RealDate = globalThis.Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: ConstructorParameters<typeof RealDate> | []) {
      super(...((given.length === 0 ? [epochMs + look()] : given) as ConstructorParameters<typeof RealDate>));
    }
    static override now(): number {
      return Math.floor(epochMs + look());
    }
  } as DateConstructor;
  globalThis.performance.now = look;
  Math.random = chance;
  const fill = <T extends ArrayBufferView | null>(array: T): T => {
    if (array === null) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(chance() * 256);
    return array;
  };
  globalThis.crypto.getRandomValues = fill as typeof globalThis.crypto.getRandomValues;
  nodeCrypto.randomFillSync = fill as typeof nodeCrypto.randomFillSync;
  nodeCrypto.randomBytes = ((size: number) => fill(Buffer.alloc(size))) as typeof nodeCrypto.randomBytes;
  syncBuiltinESMExports();
  const memory = (globalThis as unknown as { WebAssembly: { Memory: { prototype: MemoryPrototype } } }).WebAssembly.Memory.prototype;
  const { grow } = memory;
  memory.grow = function limited(pages) {
    if (this.buffer.byteLength / pageBytes + pages > maxPages) throw new RangeError('no more memory is given to this unit');
    return grow.call(this, pages);
  };
}
