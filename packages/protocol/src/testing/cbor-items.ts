const majorString = 3;
const majorTag = 6;
const majorFloat = 7;

export interface CborItem {
  at: number;
  end: number;
}

/** Where each value in well-formed, definite CBOR begins and ends, containers included: places where a mutation keeps the whole well-formed. */
export function itemsOf(bytes: Uint8Array): CborItem[] {
  const items: CborItem[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = (at: number): number => {
    const first = view.getUint8(at);
    const major = first >> 5;
    const info = first & 31;
    const extra = info < 24 ? 0 : 1 << (info - 24);
    const sizes = [0, view.getUint8, view.getUint16, undefined, view.getUint32] as const;
    const value = extra === 0 ? info : extra === 8 ? Number(view.getBigUint64(at + 1)) : (sizes[extra] as (at: number) => number).call(view, at + 1);
    let end = at + 1 + extra;
    if (major === majorTag) end = read(end);
    else if (major === majorString || major === majorString - 1) end += value;
    else if (major > majorString && major < majorFloat) {
      for (let i = 0; i < value * (major - majorString); i += 1) end = read(end);
    }
    items.push({ at, end });
    return end;
  };
  read(0);
  return items;
}
