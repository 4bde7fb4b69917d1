import type { WasmExports, WasmGlobal, WasmTable } from '../child/webassembly.ts';
import { addedExport, rewinding, running, unwinding } from '../module/additions.ts';
import { fillHostTable } from './host-table.ts';
import { globalsExport } from './movable.ts';
import { SnapshotUnfit, Values } from './values.ts';

/** All of a stopped program that is neither memory nor the host's. */
export interface Posture {
  /** Which of its functions was called: its start function, or _start. */
  entry: 'start' | 'main';
  fuel: bigint;
  stack: number;
  memoryRefused: number;
  globals: Uint8Array;
  frames: Uint8Array;
}

export interface Breather {
  /** Asked from time to time while the program runs: whether it is to be stopped here. */
  stop(): boolean;
  /** Fuel until it is asked again. */
  slice(): bigint;
}

/** Opens every gate; far from what charges on the way could turn around. */
const belowAll = -(1n << 62n);

/** Runs an instance of a movable module, stops it, and sets it up again. */
export class Motion {
  readonly #exports: WasmExports;
  readonly #breather: Breather;
  #values = new Values();
  /** Fuel beyond what the program itself holds. */
  #reserve = 0n;
  /** What it had when it was stopped. */
  #resumed = 0n;

  constructor(exports: WasmExports, breather: Breather) {
    this.#exports = exports;
    this.#breather = breather;
    fillHostTable(exports[addedExport.host] as WasmTable, {
      pause: () => this.#pause(),
      grant: () => this.#grant(),
      save32: (value: number) => this.#values.save32(value),
      save64: (value: bigint) => this.#values.save64(value),
      take32: () => this.#values.take32(),
      take64: () => this.#values.take64(),
    });
  }

  /** What is left; below zero when it ran out. */
  get fuel(): bigint {
    return this.#reserve + BigInt(this.#global(addedExport.fuel).value);
  }

  set fuel(value: bigint) {
    const slice = this.#breather.slice();
    const held = value < slice ? value : slice;
    this.#global(addedExport.fuel).value = held;
    this.#reserve = value - held;
  }

  /** Calls a function of the program; true when it returned, false when it was stopped. */
  run(name: string): boolean {
    (this.#exports[name] as () => void)();
    const state = Number(this.#global(addedExport.state).value);
    if (state === rewinding) throw new SnapshotUnfit('the program ended before it was where it stopped');
    return state === running;
  }

  /** The posture of a program that was stopped. */
  posture(entry: Posture['entry']): Posture {
    const frames = this.#values.bytes();
    this.#values = new Values();
    this.#call(globalsExport.save);
    const globals = this.#values.bytes();
    return {
      entry,
      fuel: this.fuel,
      stack: Number(this.#global(addedExport.stack).value),
      memoryRefused: Number(this.#global(addedExport.refused).value),
      globals,
      frames,
    };
  }

  /** Gets ready for run() to go on from there. Memory and the host's state must be in place. */
  assume(posture: Posture): void {
    this.#global(addedExport.stack).value = posture.stack;
    this.#global(addedExport.refused).value = posture.memoryRefused;
    this.#values = new Values(posture.globals);
    this.#call(globalsExport.take);
    if (this.#values.length > 0) throw new SnapshotUnfit('it holds more globals than the program has');
    this.#values = new Values(posture.frames);
    this.#reserve = posture.fuel - belowAll;
    this.#global(addedExport.fuel).value = belowAll;
    this.#global(addedExport.state).value = rewinding;
    this.#resumed = posture.fuel;
  }

  #global(name: string): WasmGlobal {
    return this.#exports[name] as WasmGlobal;
  }

  #call(name: string): void {
    (this.#exports[name] as () => void)();
  }

  #pause(): void {
    const state = this.#global(addedExport.state);
    if (Number(state.value) === rewinding) {
      if (this.#values.length > 0) throw new SnapshotUnfit('it holds more frames than the program took back');
      state.value = running;
      this.fuel = this.#resumed;
      return;
    }
    const left = this.fuel;
    if (left >= 0n && this.#breather.stop()) {
      this.#values = new Values();
      state.value = unwinding;
      return;
    }
    this.fuel = left;
  }

  /** Where it cannot be stopped. */
  #grant(): void {
    if (Number(this.#global(addedExport.state).value) === rewinding) throw new SnapshotUnfit('it leads to where the program cannot be stopped');
    const left = this.fuel;
    this.fuel = left;
  }
}
