import { messageOf, type OutputFile } from '@shoal/runtime';
import { maxFiles, maxNameBytes, maxPathBytes } from '../limits.ts';

function concat(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A relative path without any way out; undefined for anything else. */
function safePath(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length > maxPathBytes || bytes.includes(0)) return undefined;
  let path: string;
  try {
    path = decoder.decode(bytes);
  } catch {
    return undefined; // not UTF-8: all that a fatal decoder throws for
  }
  const names = path.split('/');
  const fine = names.every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= maxNameBytes);
  return fine ? path : undefined;
}

/** Gathers what a child sends of a unit. Each method returns what is wrong with the frame, or undefined. */
export class Collector {
  readonly #maxOutputBytes: number;
  readonly #maxLogBytes: number;
  #outputBytes = 0;
  #logBytes = 0;
  readonly #stdout: Uint8Array[] = [];
  readonly #log: Uint8Array[] = [];
  readonly #files: OutputFile[] = [];
  #lastFilled = 0;
  /** How much of each a checkpoint has. */
  #kept: { stdout: number; log: number };

  /** `before`: what an earlier part of the same run put out. */
  constructor(limits: { outputBytes: number; logBytes: number }, before?: { stdout: Uint8Array; log: Uint8Array }) {
    this.#maxOutputBytes = limits.outputBytes;
    this.#maxLogBytes = limits.logBytes;
    if (before !== undefined) {
      this.#stdout.push(before.stdout);
      this.#log.push(before.log);
      this.#outputBytes = before.stdout.length;
      this.#logBytes = before.log.length;
    }
    this.#kept = { stdout: this.#stdout.length, log: this.#log.length };
  }

  /** What was put out since the checkpoint before. */
  takeNew(): { stdout: Uint8Array; log: Uint8Array } {
    const { stdout, log } = this.#kept;
    this.#kept = { stdout: this.#stdout.length, log: this.#log.length };
    return { stdout: concat(this.#stdout.slice(stdout)), log: concat(this.#log.slice(log)) };
  }

  stdout(bytes: Uint8Array): string | undefined {
    this.#outputBytes += bytes.length;
    this.#stdout.push(bytes);
    return this.#outputBytes > this.#maxOutputBytes ? 'it sent more output than allowed' : undefined;
  }

  log(bytes: Uint8Array): string | undefined {
    this.#logBytes += bytes.length;
    this.#log.push(bytes);
    return this.#logBytes > this.#maxLogBytes ? 'it sent more log than allowed' : undefined;
  }

  file(head: Uint8Array): string | undefined {
    if (!this.#lastFileWhole()) return 'it began a file before the last one was whole';
    const path = head.length < 8 ? undefined : safePath(head.subarray(8));
    if (path === undefined || this.#files.length >= maxFiles) return 'it sent a file without a proper path, or too many';
    const bytes = new DataView(head.buffer, head.byteOffset).getFloat64(0, true);
    if (!Number.isSafeInteger(bytes) || bytes < 0) return 'it sent a file of no proper length';
    this.#outputBytes += bytes;
    if (this.#outputBytes > this.#maxOutputBytes) return 'it sent more output than allowed';
    this.#files.push({ path, bytes: new Uint8Array(bytes) });
    this.#lastFilled = 0;
    return undefined;
  }

  fileData(bytes: Uint8Array): string | undefined {
    const file = this.#files[this.#files.length - 1];
    if (file === undefined || this.#lastFilled + bytes.length > file.bytes.length) return 'it sent more of a file than announced';
    file.bytes.set(bytes, this.#lastFilled);
    this.#lastFilled += bytes.length;
    return undefined;
  }

  /** Fills the next `length` bytes of the file by `read`, which throws when it cannot. */
  fileWindow(length: number, read: (target: Uint8Array) => void): string | undefined {
    const file = this.#files[this.#files.length - 1];
    if (file === undefined || this.#lastFilled + length > file.bytes.length) return 'it sent more of a file than announced';
    try {
      read(file.bytes.subarray(this.#lastFilled, this.#lastFilled + length));
    } catch (error) {
      return `its window cannot be read: ${messageOf(error)}`;
    }
    this.#lastFilled += length;
    return undefined;
  }

  /** Whether nothing is missing of what was announced, and no path comes twice. */
  whole(): boolean {
    return this.#lastFileWhole() && new Set(this.#files.map((file) => file.path)).size === this.#files.length;
  }

  #lastFileWhole(): boolean {
    const last = this.#files[this.#files.length - 1];
    return last === undefined || this.#lastFilled === last.bytes.length;
  }

  takeStdout(): Uint8Array {
    return concat(this.#stdout);
  }

  takeLog(): Uint8Array {
    return concat(this.#log);
  }

  takeFiles(): OutputFile[] {
    return this.#files;
  }
}
