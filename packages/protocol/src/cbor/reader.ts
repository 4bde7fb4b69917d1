import { CID } from 'multiformats/cid';
import { Digest } from 'multiformats/hashes/digest';
import { limits } from '../limits.ts';

/** Major types of CBOR. */
const major = { count: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;
const simple = { no: 0xf4, yes: 0xf5, nothing: 0xf6 } as const;
const linkTagHead = [0xd8, 0x2a] as const;
/** A link by SHA-256: bytes of that length, a zero, version 1, a codec of one byte, the hash, its length. */
const linkHead = { tag: 0x58, length: 37, zero: 0, version: 1, maxCodec: 0x7f, sha256: 0x12, digestBytes: 32 } as const;

/** Short texts are kept, since documents repeat the names of their fields: compared byte by byte, one for each value of a hash. */
const keptTexts = 512;
const maxKeptTextLength = 16;

/**
 * Reads DAG-CBOR in one pass, without a token for each value: in half of the time. It takes only what is in the one form
 * that our encoder writes, within the bounds of a document. Whatever it does not know, and whatever is wrong, it leaves
 * (`undefined` in return) to the strict tokenizer, which says why: under test, it takes nothing that that one refuses.
 */
export class CborReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private items = 0;
  private isForeign = false;
  private readonly texts: (string | undefined)[] = Array.from({ length: keptTexts });

  /** The value of a document, which must be nothing else. */
  decode(bytes: Uint8Array): { value: unknown } | undefined {
    this.bytes = bytes;
    this.at = 0;
    this.items = 0;
    this.isForeign = false;
    const value = this.read(0);
    const isWhole = !this.isForeign && this.at === bytes.length;
    this.bytes = new Uint8Array(0); // its owner's again
    return isWhole ? { value } : undefined;
  }

  private leave(): undefined {
    this.isForeign = true;
    return undefined;
  }

  private read(depth: number): unknown {
    this.items += 1;
    const first = this.bytes[this.at];
    if (first === undefined || this.items > limits.maxItemsPerDocument) return this.leave();
    switch (first >> 5) {
      case major.count:
        return this.head();
      case major.negative: {
        const size = this.head();
        return size === Number.MAX_SAFE_INTEGER ? this.leave() : -1 - size;
      }
      case major.bytes: {
        const size = this.head();
        const begin = this.at;
        return this.skip(size) ? this.bytes.slice(begin, begin + size) : undefined;
      }
      case major.text:
        return this.text();
      case major.list:
        return this.list(depth);
      case major.map:
        return this.map(depth);
      case major.tag:
        return this.link();
      default:
        this.at += 1;
        if (first === simple.no) return false;
        if (first === simple.yes) return true;
        return first === simple.nothing ? null : this.leave();
    }
  }

  /** The number in a first byte or behind it, in its shortest form; of those that need eight bytes the safe ones. */
  private head(): number {
    const { bytes, at } = this;
    const info = (bytes[at] as number) & 31;
    if (info < 24) {
      this.at += 1;
      return info;
    }
    const length = 1 << (info - 24);
    if (info > 27 || at + 1 + length > bytes.length) return this.leave() ?? 0;
    let size = 0;
    for (let i = 1; i <= length; i += 1) size = size * 256 + (bytes[at + i] as number);
    const least = length === 1 ? 24 : 256 ** (length / 2);
    if (size < least || size > Number.MAX_SAFE_INTEGER) return this.leave() ?? 0;
    this.at += 1 + length;
    return size;
  }

  private skip(size: number): boolean {
    if (this.isForeign || this.at + size > this.bytes.length) return this.leave() ?? false;
    this.at += size;
    return true;
  }

  /** ASCII; what else there is, the strict one reads. */
  private text(): string | undefined {
    const size = this.head();
    const { bytes, at } = this;
    if (!this.skip(size)) return undefined;
    let hash = size;
    for (let i = at; i < at + size; i += 1) {
      const byte = bytes[i] as number;
      if (byte > 0x7f) return this.leave();
      hash = (hash * 31 + byte) | 0;
    }
    if (size > maxKeptTextLength) return asciiOf(bytes, at, size);
    const place = hash & (keptTexts - 1);
    const kept = this.texts[place];
    if (kept !== undefined && isSame(kept, bytes, at, size)) return kept;
    return (this.texts[place] = asciiOf(bytes, at, size));
  }

  private list(depth: number): unknown[] | undefined {
    const size = this.head();
    if (!this.mayEnter(size, depth)) return this.leave();
    const list: unknown[] = [];
    for (let i = 0; i < size && !this.isForeign; i += 1) list.push(this.read(depth + 1));
    return list;
  }

  private map(depth: number): Record<string, unknown> | undefined {
    const size = this.head();
    if (!this.mayEnter(size, depth)) return this.leave();
    const map: Record<string, unknown> = {};
    let last: string | undefined;
    for (let i = 0; i < size && !this.isForeign; i += 1) {
      this.items += 1;
      const first = this.bytes[this.at];
      if (first === undefined || first >> 5 !== major.text) return this.leave();
      const key = this.text();
      if (key === undefined || key === '__proto__' || (last !== undefined && !isBefore(last, key))) return this.leave();
      map[key] = this.read(depth + 1);
      last = key;
    }
    return map;
  }

  private mayEnter(size: number, depth: number): boolean {
    return !this.isForeign && size <= limits.maxListLength && (size === 0 || depth < limits.maxNesting);
  }

  /** One by SHA-256, which has one form. */
  private link(): CID | undefined {
    const { bytes } = this;
    const at = this.at + linkTagHead.length;
    const isUsual =
      bytes[this.at] === linkTagHead[0] && bytes[this.at + 1] === linkTagHead[1] && bytes[at] === linkHead.tag && bytes[at + 1] === linkHead.length &&
      bytes[at + 2] === linkHead.zero && bytes[at + 3] === linkHead.version && (bytes[at + 4] as number) <= linkHead.maxCodec &&
      bytes[at + 5] === linkHead.sha256 && bytes[at + 6] === linkHead.digestBytes;
    this.items += 1;
    this.at = at + 2;
    if (!isUsual || !this.skip(linkHead.length)) return this.leave();
    // Its decoder would look for all that was looked at here, in half of a document's time.
    const own = new Uint8Array(bytes.subarray(at + 3, at + 2 + linkHead.length));
    return new CID(linkHead.version, own[1] as number, new Digest(linkHead.sha256, linkHead.digestBytes, own.subarray(4), own.subarray(2)), own);
  }
}

function asciiOf(bytes: Uint8Array, at: number, size: number): string {
  let text = '';
  for (let i = at; i < at + size; i += 1) text += String.fromCharCode(bytes[i] as number);
  return text;
}

function isSame(text: string, bytes: Uint8Array, at: number, size: number): boolean {
  if (text.length !== size) return false;
  for (let i = 0; i < size; i += 1) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}

/** Shorter keys come first, then by their bytes, which are characters here. */
function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length;
}
