import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { InputOrder } from '../channel/frames.ts';
import { inputBlockBytes } from '../limits.ts';
import { WasiStop } from '../wasi/stop.ts';

/** Most units need no block. */
const noBytes = new Uint8Array(0);

type FilePart = NonNullable<InputOrder['file']>;

/** Inputs that lie in files which this process may read: straight into the guest's memory, as the guest asks. */
export class InputFiles {
  readonly #folder: string;
  readonly #inputs: InputOrder[];
  readonly #open = new Map<number, number>();
  /** What was read last of an input that is read in small pieces. */
  readonly #block = { input: -1, start: 0, bytes: noBytes };

  constructor(folder: string, inputs: InputOrder[]) {
    this.#folder = folder;
    this.#inputs = inputs;
  }

  /** Fills `target`, which lies within the input, and returns its length; 0 where the input lies in no file. */
  read(input: number, offset: number, target: Uint8Array): number {
    const order = this.#inputs[input] as InputOrder;
    if (order.file === undefined) return 0;
    try {
      if (target.length >= inputBlockBytes) this.#fill(input, order.file, offset, target);
      else this.#readSmall(input, order, offset, target);
      return target.length;
    } catch (error) {
      throw new WasiStop({ kind: 'input-unreadable', text: `input ${order.path} cannot be read at ${offset}: ${(error as Error).message}` });
    }
  }

  /** A call of the system costs more than a small copy: who reads a few bytes at a time has them from a block. */
  #readSmall(input: number, { bytes, file }: InputOrder, offset: number, target: Uint8Array): void {
    const block = this.#block;
    if (block.bytes === noBytes) block.bytes = new Uint8Array(inputBlockBytes);
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const start = at - (at % inputBlockBytes);
      if (block.input !== input || block.start !== start) {
        block.input = -1;
        const length = Math.min(inputBlockBytes, bytes - start);
        this.#fill(input, file as FilePart, start, block.bytes.subarray(0, length));
        Object.assign(block, { input, start });
      }
      const from = at - start;
      const count = Math.min(target.length - done, inputBlockBytes - from);
      target.set(block.bytes.subarray(from, from + count), done);
      done += count;
    }
  }

  #fill(input: number, file: FilePart, offset: number, target: Uint8Array): void {
    let fd = this.#open.get(input);
    if (fd === undefined) {
      fd = openSync(join(this.#folder, file.name), 'r');
      this.#open.set(input, fd);
    }
    for (let done = 0; done < target.length; ) {
      const count = readSync(fd, target, done, target.length - done, file.offset + offset + done);
      if (count === 0) throw new Error('it ends too early');
      done += count;
    }
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }
}
