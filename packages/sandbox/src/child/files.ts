import { writeSync } from 'node:fs';
import { toChild, toParent } from '../channel/frames.ts';
import { ChannelClosed, type SyncChannel } from '../channel/sync-channel.ts';
import { outputSlotBytes, outputWindowBytes, smallFileBytes } from '../limits.ts';
import { contentPieces, type WasiOutput } from '../wasi/outputs.ts';

/** The descriptor of the window that the parent leaves open. */
export const windowDescriptor = 5;

const slots = outputWindowBytes / outputSlotBytes;

/** Sends the content of files through the window, slot by slot, while the parent empties those before. */
class WindowSender {
  readonly #channel: SyncChannel;
  #slot = 0;
  #filled = 0;
  /** Slots that the parent was told of and has not taken yet. */
  #full = 0;
  /** Its disk is full: what follows goes through the channel. */
  #broken = false;

  constructor(channel: SyncChannel) {
    this.#channel = channel;
  }

  send(output: WasiOutput): void {
    for (const piece of contentPieces(output.content)) {
      for (let at = 0; at < piece.length; ) {
        const count = Math.min(piece.length - at, outputSlotBytes - this.#filled);
        this.#write(piece.subarray(at, at + count));
        at += count;
        if (this.#filled === outputSlotBytes) this.#pass();
      }
    }
    this.#pass();
  }

  /** The channel is clean again for what follows. */
  settle(): void {
    while (this.#full > 0) this.#await();
  }

  #write(bytes: Uint8Array): void {
    let done = 0;
    try {
      // Before a slot is written to, the parent must have taken what was in it.
      while (this.#full === slots) this.#await();
      while (!this.#broken && done < bytes.length) {
        const at = this.#slot * outputSlotBytes + this.#filled;
        const count = writeSync(windowDescriptor, bytes, done, bytes.length - done, at);
        done += count;
        this.#filled += count;
      }
    } catch (error) {
      if (error instanceof ChannelClosed) throw error;
      this.#broken = true;
    }
    if (done === bytes.length) return;
    this.#pass();
    this.#channel.send(toParent.fileData, bytes.subarray(done));
  }

  #pass(): void {
    if (this.#filled === 0) return;
    const place = new Uint8Array(8);
    const view = new DataView(place.buffer);
    view.setUint32(0, this.#slot * outputSlotBytes, true);
    view.setUint32(4, this.#filled, true);
    this.#channel.send(toParent.fileWindow, place);
    this.#slot = (this.#slot + 1) % slots;
    this.#filled = 0;
    this.#full++;
  }

  #await(): void {
    const { kind, length } = this.#channel.header();
    if (kind !== toChild.taken || length !== 0) throw new ChannelClosed(`unexpected frame ${kind} of ${length} bytes`);
    this.#full--;
  }
}

/** Sends the files of /out, large ones through the window where there is one. */
export function sendFiles(channel: SyncChannel, outputs: readonly WasiOutput[], hasWindow: boolean): void {
  const window = hasWindow ? new WindowSender(channel) : undefined;
  for (const output of outputs) {
    const name = new TextEncoder().encode(output.path);
    const head = new Uint8Array(8 + name.length);
    new DataView(head.buffer).setFloat64(0, output.content.length, true);
    head.set(name, 8);
    channel.send(toParent.file, head);
    if (window !== undefined && output.content.length > smallFileBytes) window.send(output);
    else for (const piece of contentPieces(output.content)) channel.send(toParent.fileData, piece);
  }
  window?.settle();
}
