import { Input } from './wasi.ts';

/** Read at once; long enough to make calls rare, short enough for the engine to swap in optimised code early. */
const BLOCK_BYTES: usize = 256 * 1024;
/** A parser may look this far past the end of a block without leaving the buffer. */
const SLACK_BYTES: usize = 64;
const NEWLINE: u8 = 0x0a;

const buffer = heap.alloc(BLOCK_BYTES + SLACK_BYTES);

/**
 * A file in blocks of whole lines. Every block ends with a newline, the last one too, so a parser that stops at
 * newlines needs no other bounds. One at a time: they share a buffer.
 */
export class Lines {
  /** The block: bytes from `start` up to `end`. */
  start: usize = buffer;
  end: usize = buffer;
  /** Lines longer than a block; they are left out. */
  overlong: i64 = 0;
  private filled: usize = buffer;
  private skipping: bool = false;
  private input: Input;

  constructor(path: string) {
    this.input = new Input(path);
  }

  /** Moves to the next block; false at the end of the file. */
  next(): bool {
    const rest = this.filled - this.end;
    memory.copy(buffer, this.end, rest);
    this.end = buffer;
    this.filled = buffer + rest;
    while (this.fill()) {
      this.end = afterLastNewline(buffer, this.filled);
      if (this.end > buffer) return true;
      if (this.filled == buffer + BLOCK_BYTES) this.dropLine();
    }
    return false;
  }

  /** Reads once more; at the end of the file gives an unfinished last line its newline. */
  private fill(): bool {
    const bytes = this.input.read(this.filled, buffer + BLOCK_BYTES - this.filled);
    if (bytes > 0) {
      this.filled += bytes;
      if (this.skipping) this.skipLine();
      return true;
    }
    if (this.filled == buffer) return false;
    store<u8>(this.filled++, NEWLINE);
    return true;
  }

  /** The buffer is full and holds no whole line. */
  private dropLine(): void {
    this.overlong++;
    this.skipping = true;
    this.filled = buffer;
  }

  /** Looks for the end of a dropped line, and keeps what follows it. */
  private skipLine(): void {
    let at = buffer;
    while (at < this.filled && load<u8>(at) != NEWLINE) at++;
    this.skipping = at == this.filled;
    const kept: usize = this.skipping ? 0 : this.filled - at - 1;
    memory.copy(buffer, at + 1, kept);
    this.filled = buffer + kept;
  }

  close(): void {
    this.input.close();
  }
}

function afterLastNewline(start: usize, end: usize): usize {
  while (end > start && load<u8>(end - 1) != NEWLINE) end--;
  return end;
}
