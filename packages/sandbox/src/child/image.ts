import { hash } from 'node:crypto';
import { SnapshotUnfit } from '../checkpoint/values.ts';
import { toChild, toParent } from '../channel/frames.ts';
import { ChannelClosed, type SyncChannel } from '../channel/sync-channel.ts';
import { maxCheckpointBytes, wasmPageBytes } from '../limits.ts';
import type { WasmMemory } from './webassembly.ts';

/** Pages of the image from here on hold the state. */
export const firstStatePage = 65_536;

const zeros = new Uint8Array(wasmPageBytes);

const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64');

function framed(page: number, bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(4 + bytes.length);
  new DataView(payload.buffer).setUint32(0, page, true);
  payload.set(bytes, 4);
  return payload;
}

/** What a unit sent of its image, so that it sends a page again only when it changed. */
export class ImageSender {
  readonly #channel: SyncChannel;
  #sent = new Map<number, string>();

  constructor(channel: SyncChannel) {
    this.#channel = channel;
  }

  /** What the snapshot that the unit goes on from had, and so need not be sent. */
  assume(memory: ReadonlyMap<number, Uint8Array>): void {
    for (const [page, bytes] of memory) this.#sent.set(page, digestOf(bytes));
  }

  /** Sends what changed of memory and state, then which pages there are. */
  send(memory: WasmMemory, state: Uint8Array, fuelUsed: number): void {
    const now = new Map<number, string>();
    const guest = new Uint8Array(memory.buffer);
    const pass = (first: number, bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; at += wasmPageBytes) this.#page(now, first + at / wasmPageBytes, bytes.subarray(at, at + wasmPageBytes));
    };
    pass(0, guest);
    pass(firstStatePage, state);
    this.#sent = now;
    const payload = new Uint8Array(8 + now.size * 4);
    const view = new DataView(payload.buffer);
    view.setFloat64(0, fuelUsed, true);
    for (const [i, page] of [...now.keys()].entries()) view.setUint32(8 + i * 4, page, true);
    this.#channel.send(toParent.checkpoint, payload);
  }

  #page(now: Map<number, string>, page: number, bytes: Uint8Array): void {
    if (page < firstStatePage && Buffer.compare(bytes, zeros) === 0) return;
    const digest = digestOf(bytes);
    now.set(page, digest);
    if (this.#sent.get(page) !== digest) this.#channel.send(toParent.page, framed(page, bytes));
  }
}

/** The pages of a snapshot, as the parent sends them. A stranger made them. */
export function receiveImage(channel: SyncChannel): { memory: Map<number, Uint8Array>; state: Uint8Array } {
  const memory = new Map<number, Uint8Array>();
  const state: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { kind, length } = channel.header();
    if (kind === toChild.restore && length === 0) break;
    if (kind !== toChild.page || length < 4 || length > 4 + wasmPageBytes) throw new ChannelClosed(`unexpected frame ${kind} of ${length} bytes`);
    const payload = channel.payload(length);
    const page = new DataView(payload.buffer).getUint32(0, true);
    const bytes = payload.subarray(4);
    total += bytes.length;
    if (page < firstStatePage) memory.set(page, bytes);
    else if (total <= maxCheckpointBytes) state[page - firstStatePage] = bytes;
  }
  const whole = new Uint8Array(state.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of state) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return { memory, state: whole };
}

/** Fills a fresh instance's memory. Throws SnapshotUnfit. */
export function fillMemory(memory: WasmMemory, pages: number, image: ReadonlyMap<number, Uint8Array>): void {
  const has = memory.buffer.byteLength / wasmPageBytes;
  if (has > pages) throw new SnapshotUnfit(`it has ${pages} pages of memory, the program begins with ${has}`);
  try {
    if (pages > has) memory.grow(pages - has);
  } catch (error) {
    throw new SnapshotUnfit(`its ${pages} pages of memory cannot be had: ${(error as Error).message}`);
  }
  const guest = new Uint8Array(memory.buffer);
  // What the program's own data put there may have been changed to zeros since.
  guest.fill(0);
  for (const [page, bytes] of image) {
    if (page >= pages || bytes.length !== wasmPageBytes) throw new SnapshotUnfit('a page lies outside its memory');
    guest.set(bytes, page * wasmPageBytes);
  }
}
