import { wish, type UnitOrder } from '../channel/frames.ts';
import type { SyncChannel } from '../channel/sync-channel.ts';
import { Motion, type Posture } from '../checkpoint/motion.ts';
import { decodeState, encodeState } from '../checkpoint/state-codec.ts';
import { guestStackBytes, wasmPageBytes } from '../limits.ts';
import { addedExport } from '../module/additions.ts';
import type { WasiState } from '../wasi/state.ts';
import { fillMemory, ImageSender } from './image.ts';
import { Ticks } from './ticks.ts';
import type { WasmExports, WasmGlobal, WasmMemory } from './webassembly.ts';

export interface MovementParts {
  channel: SyncChannel;
  order: UnitOrder;
  exports: WasmExports;
  state: WasiState;
  /** Takes in answers that are under way. */
  settle: () => void;
  /** See Ticks. */
  bounces: boolean;
  /** Sends all output so far. */
  flush: () => void;
}

/** The run of a movable program: it is stopped when the parent wishes, saved, and goes on. */
export class Movement {
  readonly #parts: MovementParts;
  readonly #motion: Motion;
  readonly #ticks: Ticks;
  readonly #sender: ImageSender;
  #entry: Posture['entry'];

  constructor(parts: MovementParts) {
    const { channel, order, exports, settle, bounces } = parts;
    this.#parts = parts;
    this.#ticks = new Ticks(channel, () => order.fuel - Number(this.fuelLeft), settle, bounces);
    this.#motion = new Motion(exports, this.#ticks);
    this.#sender = new ImageSender(channel);
    this.#entry = exports[addedExport.start] === undefined ? 'main' : 'start';
    this.#motion.fuel = BigInt(order.fuel);
    (exports[addedExport.stack] as WasmGlobal).value = guestStackBytes;
  }

  get fuelLeft(): bigint {
    return this.#motion.fuel;
  }

  /** Puts a snapshot in place of the beginning. Throws SnapshotUnfit. */
  restore(image: { memory: ReadonlyMap<number, Uint8Array>; state: Uint8Array }): void {
    const { order, state, exports } = this.#parts;
    const stopped = decodeState(image.state, { fits: order.fits, maxPages: order.maxPages, fuel: BigInt(order.fuel), fresh: state });
    fillMemory(exports['memory'] as WasmMemory, stopped.memoryPages, image.memory);
    this.#sender.assume(image.memory);
    Object.assign(state, stopped.wasi);
    this.#entry = stopped.posture.entry;
    this.#motion.assume(stopped.posture);
  }

  /** Runs the program to its end, or until the parent, having saved it, ends this process. */
  run(): void {
    if (this.#entry === 'start') {
      this.#runEntry(addedExport.start);
      this.#entry = 'main';
    }
    this.#runEntry('_start');
  }

  end(): void {
    this.#ticks.end();
  }

  #runEntry(name: string): void {
    while (!this.#motion.run(name)) {
      const posture = this.#motion.posture(this.#entry);
      if (this.#ticks.wish !== wish.nothing) this.#save(posture);
      this.#ticks.rested();
      this.#motion.assume(posture);
    }
  }

  #save(posture: Posture): void {
    const { order, exports, state, flush } = this.#parts;
    const memory = exports['memory'] as WasmMemory;
    const bytes = encodeState({ fits: order.fits, memoryPages: memory.buffer.byteLength / wasmPageBytes, posture, wasi: state });
    flush();
    this.#sender.send(memory, bytes, order.fuel - Number(posture.fuel));
  }
}
