import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { InputOrder } from '../channel/frames.ts';
import { WasiStop } from '../wasi/stop.ts';

/** Inputs that lie in files which this process may read: straight into the guest's memory, as the guest asks. */
export class InputFiles {
  readonly #folder: string;
  readonly #inputs: InputOrder[];
  readonly #open = new Map<number, number>();

  constructor(folder: string, inputs: InputOrder[]) {
    this.#folder = folder;
    this.#inputs = inputs;
  }

  /** Fills `target`, which lies within the input, and returns its length; 0 where the input lies in no file. */
  read(input: number, offset: number, target: Uint8Array): number {
    const order = this.#inputs[input] as InputOrder;
    if (order.file === undefined) return 0;
    try {
      let fd = this.#open.get(input);
      if (fd === undefined) {
        fd = openSync(join(this.#folder, order.file.name), 'r');
        this.#open.set(input, fd);
      }
      for (let done = 0; done < target.length; ) {
        const count = readSync(fd, target, done, target.length - done, order.file.offset + offset + done);
        if (count === 0) throw new Error('it ends too early');
        done += count;
      }
      return target.length;
    } catch (error) {
      throw new WasiStop({ kind: 'input-unreadable', text: `input ${order.path} cannot be read at ${offset}: ${(error as Error).message}` });
    }
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }
}
