import { ShoalError, type Cancel, type Checkpoint, type Clock, type ExecutionCheckpoints, type ImagePage } from '@shoal/runtime';
import { toChild, toParent, wish, type Wish } from '../channel/frames.ts';
import { checkpointStopMs, maxCheckpointBytes, maxImagePages, wasmPageBytes } from '../limits.ts';
import type { SandboxChild } from './child.ts';

/** What the parent knows of a run when it is saved. */
type SoFar = Pick<Checkpoint, 'stdout' | 'log' | 'usedMs'>;

/** The checkpoints of one unit, seen from the parent: when to ask for one, and what the child sends of it. */
export class Checkpointing {
  readonly #child: SandboxChild;
  readonly #clock: Clock;
  readonly #wishes: ExecutionCheckpoints;
  readonly #soFar: () => SoFar;
  /** Ends the run. */
  readonly #abandon: (text: string) => void;
  #wish: Wish = wish.nothing;
  /** When the first page of the checkpoint came. */
  #beganMs: number | undefined;
  #saving = false;
  #ticked = false;
  #changed: ImagePage[] = [];
  #changedBytes = 0;
  #cancelNext: Cancel = () => undefined;
  #cancelStop: Cancel = () => undefined;
  #ended = false;
  /** None is made any more: a page was lost. */
  #spent = false;
  readonly #onStop = (): void => this.#stop();

  constructor(
    child: SandboxChild,
    clock: Clock,
    wishes: ExecutionCheckpoints,
    soFar: () => SoFar,
    abandon: (text: string) => void,
  ) {
    this.#child = child;
    this.#clock = clock;
    this.#wishes = wishes;
    this.#soFar = soFar;
    this.#abandon = abandon;
  }

  /** The program begins. */
  start(): void {
    this.#next(this.#wishes.everyMs);
    const { stop } = this.#wishes;
    this.#wishes.asker?.(() => this.#now());
    if (stop.aborted) this.#stop();
    else stop.addEventListener('abort', this.#onStop, { once: true });
  }

  end(): void {
    this.#ended = true;
    this.#cancelNext();
    this.#cancelStop();
    this.#wishes.stop.removeEventListener('abort', this.#onStop);
  }

  /** Sends the snapshot to go on from, page by page, no faster than the child reads. */
  async sendSnapshot(): Promise<void> {
    const { resume } = this.#wishes;
    if (resume === undefined) return;
    for await (const { page, bytes } of resume.pages) {
      if (this.#ended) return;
      const payload = new Uint8Array(4 + bytes.length);
      new DataView(payload.buffer).setUint32(0, page, true);
      payload.set(bytes, 4);
      this.#child.send(toChild.page, payload);
      await this.#child.drained();
    }
    if (!this.#ended) this.#child.send(toChild.restore, new Uint8Array(0));
  }

  /** Returns what is wrong with a frame. */
  take(kind: number, payload: Uint8Array): string | undefined {
    if (kind === toParent.tick) return this.#answer();
    if (kind === toParent.page) return this.#page(payload);
    return this.#whole(payload);
  }

  #next(ms: number): void {
    this.#cancelNext = this.#clock.setTimer(ms, () => {
      if (this.#wish === wish.nothing) this.#wish = wish.save;
    });
  }

  #now(): void {
    if (this.#ended || this.#spent || this.#saving || this.#wish !== wish.nothing) return;
    this.#cancelNext();
    this.#wish = wish.save;
  }

  #stop(): void {
    // It never asked: it cannot be stopped so, or has hardly begun.
    if (!this.#ticked) return this.#abandon('the execution was cancelled');
    this.#wish = wish.saveAndStop;
    this.#cancelStop = this.#clock.setTimer(checkpointStopMs, () => this.#abandon('the execution was cancelled before it could be saved'));
  }

  #answer(): undefined {
    this.#ticked = true;
    // While one checkpoint is kept no other is asked for.
    this.#child.send(toChild.wish, Uint8Array.of(this.#saving ? wish.nothing : this.#wish));
    return undefined;
  }

  #page(payload: Uint8Array): string | undefined {
    if (this.#wish === wish.nothing || payload.length < 5 || payload.length > 4 + wasmPageBytes) return 'a page out of turn';
    const page = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(0, true);
    if (page >= maxImagePages) return 'a page beyond its image';
    this.#beganMs ??= this.#clock.monotonic();
    this.#changedBytes += payload.length;
    // Beyond that nothing is kept, and the pages that were left out come again with no later one: it is not tried again.
    if (this.#changedBytes <= maxCheckpointBytes) this.#changed.push({ page, bytes: payload.subarray(4) });
    return undefined;
  }

  #whole(payload: Uint8Array): string | undefined {
    const count = (payload.length - 8) / 4;
    if (this.#wish === wish.nothing || !Number.isInteger(count) || count < 1 || count > maxImagePages) return 'a checkpoint out of turn';
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const fuel = view.getFloat64(0, true);
    if (!Number.isSafeInteger(fuel) || fuel < 0) return 'a checkpoint with an odd fuel';
    const present = Uint32Array.from({ length: count }, (_, i) => view.getUint32(8 + i * 4, true));
    const stops = this.#wish === wish.saveAndStop;
    const changed = this.#changed;
    const tooLarge = this.#changedBytes > maxCheckpointBytes;
    this.#changed = [];
    this.#changedBytes = 0;
    if (!stops) this.#wish = wish.nothing;
    if (tooLarge) {
      this.#spent = true;
      const text = `it has more than ${maxCheckpointBytes} bytes to save at once`;
      if (stops) this.#abandon(`the execution was cancelled; ${text}`);
      else this.#wishes.failed?.(new ShoalError('checkpoint-too-large', `The snapshot of a running unit is not kept: ${text}`));
      return undefined;
    }
    void this.#keep({ fuel, changed, present, ...this.#soFar() }, stops);
    return undefined;
  }

  async #keep(checkpoint: Parameters<ExecutionCheckpoints['save']>[0], stops: boolean): Promise<void> {
    this.#saving = true;
    let kept = true;
    try {
      await this.#wishes.save(checkpoint);
    } catch (error) {
      // Pages that were lost do not come again: what follows would have holes.
      kept = false;
      this.#spent = true;
      if (!stops && !this.#ended) this.#wishes.failed?.(error);
    }
    this.#saving = false;
    const now = this.#clock.monotonic();
    const tookMs = now - (this.#beganMs ?? now);
    this.#beganMs = undefined;
    if (this.#ended) return;
    if (stops) this.#abandon('the execution was saved and cancelled');
    else if (this.#wish === wish.saveAndStop && !kept) this.#abandon('the execution was cancelled; it could not be saved');
    else if (kept) this.#next(Math.max(this.#wishes.everyMs, tookMs / this.#wishes.share));
  }
}

