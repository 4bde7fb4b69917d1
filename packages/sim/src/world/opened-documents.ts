import type { Crypto } from '@shoal/runtime';

/** Forgotten all at once beyond this many. */
const maxDocuments = 20_000;
/** A signature lies within these bytes of an envelope: documents differ there. */
const printFrom = 40;
const printTo = 110;

/** What one peer of the simulated world has opened, the others need not decode again: the same bytes say the same. */
export class OpenedDocuments implements NonNullable<Crypto['opened']> {
  private readonly byPrint = new Map<number, { bytes: Uint8Array; document: object }>();

  get(bytes: Uint8Array): object | undefined {
    const known = this.byPrint.get(printOf(bytes));
    return known !== undefined && same(known.bytes, bytes) ? known.document : undefined;
  }

  set(bytes: Uint8Array, document: object): void {
    if (this.byPrint.size >= maxDocuments) this.byPrint.clear();
    this.byPrint.set(printOf(bytes), { bytes, document });
  }
}

function printOf(bytes: Uint8Array): number {
  let print = bytes.length;
  for (let i = printFrom; i < printTo; i += 1) print = Math.imul(print ^ (bytes[i] ?? 0), 0x01000193);
  return print;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
