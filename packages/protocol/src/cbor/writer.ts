import { CID } from 'multiformats/cid';

/** Major types of CBOR, at their place in a first byte. */
const major = { count: 0x00, negative: 0x20, bytes: 0x40, text: 0x60, list: 0x80, map: 0xa0, tag: 0xc0 } as const;
const simple = { no: 0xf4, yes: 0xf5, nothing: 0xf6, float: 0xfb } as const;
const linkTag = 42;

const firstRoomBytes = 65_536;
/** Room for a larger document is given back. */
const keptRoomBytes = 2_097_152;
const encoder = new TextEncoder();

/**
 * Writes plain values as DAG-CBOR, byte by byte as the codec of the IPLD project does (under test), in a third of the
 * time: into one room, without a token for each value. What it does not know (`undefined` in return) is left to that codec.
 */
export class CborWriter {
  private room = new Uint8Array(firstRoomBytes);
  private view = new DataView(this.room.buffer);
  private used = 0;

  /** The bytes of a value, behind a first byte where one is given. */
  encode(value: unknown, first?: number): Uint8Array | undefined {
    this.used = 0;
    if (first !== undefined) this.room[this.used++] = first;
    const written = this.write(value) ? this.room.slice(0, this.used) : undefined;
    if (this.room.length > keptRoomBytes) this.take(firstRoomBytes);
    return written;
  }

  private write(value: unknown): boolean {
    this.reserve(9);
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.number(value);
    if (typeof value === 'boolean') return this.byte(value ? simple.yes : simple.no);
    if (value === null) return this.byte(simple.nothing);
    if (value instanceof Uint8Array) return this.bytes(value);
    if (Array.isArray(value)) {
      this.head(major.list, value.length);
      for (const item of value) if (!this.write(item)) return false;
      return true;
    }
    if (value instanceof CID) return this.link(value);
    return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && this.map(value as Record<string, unknown>);
  }

  private map(map: Record<string, unknown>): boolean {
    const keys = Object.keys(map).filter((key) => map[key] !== undefined);
    if (!keys.every(isAscii)) return false;
    keys.sort(shorterFirst);
    this.head(major.map, keys.length);
    for (const key of keys) {
      this.reserve(9);
      this.text(key);
      if (!this.write(map[key])) return false;
    }
    return true;
  }

  private number(value: number): boolean {
    if (Number.isSafeInteger(value)) return value >= 0 ? this.head(major.count, value) : this.head(major.negative, -1 - value);
    if (!Number.isFinite(value)) return false;
    this.byte(simple.float);
    this.view.setFloat64(this.used, value);
    this.used += 8;
    return true;
  }

  private text(text: string): boolean {
    if (!isAscii(text)) {
      const bytes = encoder.encode(text);
      return this.head(major.text, bytes.length) && this.raw(bytes);
    }
    this.head(major.text, text.length);
    this.reserve(text.length);
    for (let i = 0; i < text.length; i += 1) this.room[this.used++] = text.charCodeAt(i);
    return true;
  }

  private bytes(bytes: Uint8Array): boolean {
    return this.head(major.bytes, bytes.length) && this.raw(bytes);
  }

  private link({ bytes }: CID): boolean {
    this.head(major.tag, linkTag);
    this.reserve(9);
    this.head(major.bytes, bytes.length + 1);
    this.reserve(1);
    this.byte(0);
    return this.raw(bytes);
  }

  /** There is room for nine bytes whenever a value begins. */
  private head(kind: number, count: number): boolean {
    const { view, used } = this;
    if (count < 24) return this.byte(kind | count);
    if (count < 0x100) {
      view.setUint16(used, ((kind | 24) << 8) | count);
      this.used += 2;
    } else if (count < 0x1_0000) {
      view.setUint8(used, kind | 25);
      view.setUint16(used + 1, count);
      this.used += 3;
    } else if (count < 0x1_0000_0000) {
      view.setUint8(used, kind | 26);
      view.setUint32(used + 1, count);
      this.used += 5;
    } else {
      view.setUint8(used, kind | 27);
      view.setUint32(used + 1, Math.floor(count / 0x1_0000_0000));
      view.setUint32(used + 5, count >>> 0);
      this.used += 9;
    }
    return true;
  }

  private byte(byte: number): boolean {
    this.room[this.used++] = byte;
    return true;
  }

  private raw(bytes: Uint8Array): boolean {
    this.reserve(bytes.length);
    this.room.set(bytes, this.used);
    this.used += bytes.length;
    return true;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes > this.room.length) this.take(2 * (this.used + bytes));
  }

  private take(bytes: number): void {
    const before = this.room.subarray(0, Math.min(this.used, bytes));
    this.room = new Uint8Array(bytes);
    this.room.set(before);
    this.view = new DataView(this.room.buffer);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function shorterFirst(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
