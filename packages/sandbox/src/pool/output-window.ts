import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outputSlotBytes, outputWindowBytes } from '../limits.ts';

/** A disk in memory, where there is one; beside the inputs the window's bytes would be written to a real disk, for nothing. */
const memoryFolder = '/dev/shm';

function openNameless(folder: string): number {
  const place = mkdtempSync(join(folder, 'shoal-window-'));
  try {
    return openSync(join(place, 'window'), 'wx+', 0o600);
  } finally {
    rmSync(place, { recursive: true });
  }
}

/**
 * A file without a name through which a child hands over its outputs: faster than its channel by some times. The child can
 * write to it whatever it likes, up to its fixed size; it is read like anything that a child sends.
 */
export class OutputWindow {
  readonly descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Undefined where there is no place for one: then everything goes through the channel. */
  static open(folder: string): OutputWindow | undefined {
    for (const each of [memoryFolder, folder]) {
      try {
        return new OutputWindow(openNameless(each));
      } catch {
        // No such folder, or not ours to write to: the next one may do.
      }
    }
    return undefined;
  }

  /** The place that a frame names; undefined when it names none of the window. */
  place(payload: Uint8Array): { offset: number; length: number } | undefined {
    if (payload.length !== 8) return undefined;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const offset = view.getUint32(0, true);
    const length = view.getUint32(4, true);
    const inside = length > 0 && length <= outputSlotBytes && offset + length <= outputWindowBytes;
    return inside ? { offset, length } : undefined;
  }

  /** Fills `target`; throws when the child has cut the file short. */
  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const count = readSync(this.descriptor, target, done, target.length - done, offset + done);
      if (count === 0) throw new Error('it ends too early');
      done += count;
    }
  }

  close(): void {
    if (this.#open) closeSync(this.descriptor);
    this.#open = false;
  }
}
