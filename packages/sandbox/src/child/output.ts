import { toParent, type ProgressNote } from '../channel/frames.ts';
import type { SyncChannel } from '../channel/sync-channel.ts';
import { maxPartialBytes, outputChunkBytes, progressIntervalMs } from '../limits.ts';
import { LineRate } from './line-rate.ts';

/** Gathers stdout and sends it in pieces as it grows. */
export class StdoutSender {
  readonly #channel: SyncChannel;
  /** Made for the first byte, since many units put out none. */
  #buffer: Uint8Array | undefined;
  #length = 0;

  constructor(channel: SyncChannel) {
    this.#channel = channel;
  }

  write(bytes: Uint8Array): void {
    this.#buffer ??= new Uint8Array(outputChunkBytes);
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, outputChunkBytes - this.#length);
      this.#buffer.set(bytes.subarray(at, at + count), this.#length);
      this.#length += count;
      at += count;
      if (this.#length === outputChunkBytes) this.flush();
    }
  }

  flush(): void {
    if (this.#buffer !== undefined && this.#length > 0) this.#channel.send(toParent.stdout, this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }
}

/** A line on stderr that begins so is progress: `shoal:progress 0.25 reading`. It is no part of the log. */
const progressPrefix = 'shoal:progress ';
/** Engines may give their programs another clock than this. */
const now = performance.now.bind(performance);
const maxProgressLineBytes = 256;
const newline = 10;

/** Reads a progress line; undefined when it is an ordinary one. */
export function parseProgress(line: string): ProgressNote | undefined {
  if (!line.startsWith(progressPrefix)) return undefined;
  const [number = '', ...words] = line.slice(progressPrefix.length).trim().split(' ');
  const fraction = Number(number);
  if (number === '' || !(fraction >= 0 && fraction <= 1)) return undefined;
  return { fraction, text: words.join(' ') };
}

/** A line that begins so is what the program has found so far: `shoal:partial 17 of them`. */
const partialPrefix = 'shoal:partial ';

/** Lines that are no part of the log, and how long each may be, its end with it. */
const notes = [
  { prefix: new TextEncoder().encode(progressPrefix), most: maxProgressLineBytes },
  { prefix: new TextEncoder().encode(partialPrefix), most: partialPrefix.length + maxPartialBytes + 1 },
] as const;

/** Whether a line, or the beginning of one, may be such a note. */
function mayBeNote(line: Uint8Array): boolean {
  return notes.some(({ prefix, most }) => {
    const unfinished = line[line.length - 1] !== newline;
    if (unfinished ? line.length >= most : line.length > most) return false;
    for (let i = 0; i < Math.min(line.length, prefix.length); i++) if (line[i] !== prefix[i]) return false;
    return true;
  });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Of characters of one byte each. */
const cutMark = (maxBytes: number): string => `\n[log cut at ${maxBytes} bytes]\n`;

/** The log: stderr without progress and partial results, cut where it grows too long. Sent at once, since a log explains a kill. */
export class LogSender {
  readonly #channel: SyncChannel;
  readonly #maxBytes: number;
  #room: number;
  #cut = false;
  /** Start of a line that may become a note. */
  #held: Uint8Array = new Uint8Array(0);
  /** The start of the current line was sent already. */
  #midLine = false;
  #lastProgressMs = -Infinity;
  #lastPartialMs = -Infinity;
  readonly #rate = new LineRate(() => performance.now());

  /** `used`: bytes that an earlier part of the same run sent. */
  constructor(channel: SyncChannel, maxBytes: number, used = 0) {
    this.#channel = channel;
    this.#cut = used >= maxBytes;
    this.#maxBytes = maxBytes;
    this.#room = Math.max(0, maxBytes - Math.min(maxBytes, cutMark(maxBytes).length) - used);
  }

  write(bytes: Uint8Array): void {
    const text = this.#held.length > 0 ? joined(this.#held, bytes) : bytes;
    this.#held = new Uint8Array(0);
    let plainFrom = 0;
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf(newline, at);
      const end = found < 0 ? text.length : found + 1;
      const line = text.subarray(at, end);
      const candidate = !this.#midLine && mayBeNote(line);
      this.#midLine = found < 0;
      if (candidate && (found < 0 || this.#note(line))) {
        this.#send(text.subarray(plainFrom, at));
        plainFrom = end;
        if (found < 0) {
          this.#held = line.slice();
          this.#midLine = false;
        }
      }
      at = end;
    }
    this.#send(text.subarray(plainFrom));
  }

  /** Sends a last line without its end. */
  flush(): void {
    this.#send(this.#held);
    this.#held = new Uint8Array(0);
    this.#sendMissing();
  }

  #note(line: Uint8Array): boolean {
    const text = new TextDecoder().decode(line).trimEnd();
    if (text.startsWith(partialPrefix)) return this.#partial(text.slice(partialPrefix.length));
    const note = parseProgress(text);
    if (note === undefined) return false;
    const nowMs = now();
    if (nowMs - this.#lastProgressMs >= progressIntervalMs || note.fraction === 1) {
      this.#lastProgressMs = nowMs;
      this.#channel.sendJson(toParent.progress, note);
    }
    return true;
  }

  #partial(text: string): boolean {
    const nowMs = now();
    if (nowMs - this.#lastPartialMs < progressIntervalMs) return true;
    this.#lastPartialMs = nowMs;
    this.#channel.send(toParent.partial, new TextEncoder().encode(text).subarray(0, maxPartialBytes));
    return true;
  }

  #send(bytes: Uint8Array): void {
    if (this.#cut || bytes.length === 0) return;
    const passing = this.#rate.take(bytes);
    if (this.#rate.recovered) this.#sendMissing();
    for (const piece of passing) this.#pass(piece);
  }

  #sendMissing(): void {
    const missing = this.#rate.missing();
    if (missing !== undefined) this.#pass(new TextEncoder().encode(missing));
  }

  #pass(bytes: Uint8Array): void {
    if (this.#cut) return;
    if (bytes.length <= this.#room) {
      this.#room -= bytes.length;
      this.#channel.send(toParent.log, bytes);
      return;
    }
    this.#cut = true;
    this.#channel.send(toParent.log, joined(bytes.subarray(0, this.#room), new TextEncoder().encode(cutMark(this.#maxBytes)).subarray(0, this.#maxBytes)));
  }
}
