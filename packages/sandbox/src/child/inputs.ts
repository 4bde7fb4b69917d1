import { toChild, toParent, type InputOrder } from '../channel/frames.ts';
import { ChannelClosed, type SyncChannel } from '../channel/sync-channel.ts';
import { inputWindowBytes, inputWindows } from '../limits.ts';
import { WasiStop } from '../wasi/stop.ts';
import type { InputFiles } from './input-files.ts';

interface Window {
  input: number;
  start: number;
  length: number;
  bytes: Uint8Array;
}

interface Wanted {
  input: number;
  start: number;
  length: number;
}

/** The first look at a file may be at a few bytes of it; who reads on gets ever larger windows. */
const firstWindowBytes = 64 * 1024;
const windowGrowth = 4;

/**
 * The inputs of one unit, read from the parent in windows. While the guest works on one window of a file that
 * it reads in order, the next is already on its way.
 */
export class Inputs {
  readonly #channel: SyncChannel;
  readonly #sizes: number[];
  /** Most recently used last. */
  readonly #windows: Window[] = [];
  #ahead: Wanted | undefined;
  readonly #files: InputFiles;
  readonly #counted: boolean[];
  /** Bytes that the guest has read of the unit's own inputs, not of its program. */
  bytesRead = 0;

  constructor(channel: SyncChannel, inputs: InputOrder[], files: InputFiles) {
    this.#files = files;
    this.#channel = channel;
    this.#sizes = inputs.map(({ bytes }) => bytes);
    this.#counted = inputs.map(({ path }) => path.startsWith('/in/'));
  }

  /** Fills `target`, which lies within the file. */
  read(input: number, offset: number, target: Uint8Array): number {
    let done = this.#files.read(input, offset, target);
    while (done < target.length) {
      const at = offset + done;
      const window = this.#windowAt(input, at);
      const from = at - window.start;
      const count = Math.min(target.length - done, window.length - from);
      target.set(window.bytes.subarray(from, from + count), done);
      done += count;
    }
    if (this.#counted[input] === true) this.bytesRead += done;
    return done;
  }

  /** Takes in what is still under way, so that the channel is clean for the next unit. */
  settle(): void {
    if (this.#ahead !== undefined) this.#receive(false);
  }

  #windowAt(input: number, at: number): Window {
    const last = this.#windows[this.#windows.length - 1];
    if (last !== undefined && last.input === input && at >= last.start && at < last.start + last.length) return last;
    const found = this.#windows.findIndex((w) => w.input === input && at >= w.start && at < w.start + w.length);
    if (found >= 0) {
      const [window] = this.#windows.splice(found, 1) as [Window];
      this.#windows.push(window);
      return window;
    }
    return this.#fetch(input, at);
  }

  #fetch(input: number, at: number): Window {
    const ahead = this.#ahead;
    let window: Window | undefined;
    if (ahead !== undefined) {
      const wanted = ahead.input === input && at >= ahead.start && at < ahead.start + ahead.length;
      const received = this.#receive(wanted);
      if (wanted) window = received;
    }
    const before = this.#windows.findLast((w) => w.input === input && w.start + w.length === at && w !== window);
    const inOrder = before !== undefined || (window !== undefined && at === window.start);
    if (window === undefined) {
      const size = inOrder && before !== undefined ? Math.min(before.length * windowGrowth, inputWindowBytes) : firstWindowBytes;
      this.#ask({ input, start: at, length: size });
      window = this.#receive(true) as Window;
    }
    if (inOrder) this.#ask({ input, start: window.start + window.length, length: Math.min(window.length * windowGrowth, inputWindowBytes) });
    return window;
  }

  #ask(wanted: Wanted): void {
    const length = Math.min(wanted.length, (this.#sizes[wanted.input] as number) - wanted.start);
    if (length <= 0) return;
    const request = new Uint8Array(16);
    const view = new DataView(request.buffer);
    view.setUint32(0, wanted.input, true);
    view.setFloat64(4, wanted.start, true);
    view.setUint32(12, length, true);
    this.#channel.send(toParent.read, request);
    this.#ahead = { ...wanted, length };
  }

  /** Takes in what was asked for. That it cannot be had matters only when the guest wants it now. */
  #receive(wantedNow: boolean): Window | undefined {
    const wanted = this.#ahead as Wanted;
    this.#ahead = undefined;
    const { kind, length } = this.#channel.header();
    if (kind === toChild.unreadable) {
      const text = new TextDecoder().decode(this.#channel.payload(length));
      if (!wantedNow) return undefined;
      throw new WasiStop({ kind: 'input-unreadable', text });
    }
    if (kind !== toChild.data || length !== wanted.length) throw new ChannelClosed(`unexpected frame ${kind} of ${length} bytes`);
    const bytes = this.#buffer(length);
    this.#channel.readInto(bytes.subarray(0, length));
    const window = { ...wanted, bytes };
    this.#windows.push(window);
    return window;
  }

  /** A new buffer, or that of the window not used for the longest time. */
  #buffer(length: number): Uint8Array {
    if (this.#windows.length < inputWindows) return new Uint8Array(length);
    const oldest = this.#windows.shift() as Window;
    return oldest.bytes.length >= length ? oldest.bytes : new Uint8Array(length);
  }
}
