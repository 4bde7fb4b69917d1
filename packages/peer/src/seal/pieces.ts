import type { Sealing } from '@shoal/runtime';
import { sealedPieceBytes } from '@shoal/protocol';
import { PeerError } from '../errors.ts';
import { ByteSource } from './byte-source.ts';

const tagBytes = 16;
const nothingBound = new Uint8Array();

/**
 * Content as sealed pieces, one after the other. A piece's place, and whether it is the last one, are in its nonce: pieces
 * that were exchanged, repeated, left out or cut off do not open (the STREAM construction, as age has it).
 */
export async function* sealPieces(content: AsyncIterable<Uint8Array>, key: Uint8Array, sealing: Sealing): AsyncGenerator<Uint8Array> {
  for await (const { piece, nonce } of pieces(content, sealedPieceBytes)) yield sealing.encrypt(key, nonce, piece, nothingBound);
}

/** The content again; fails with `seal-broken` at the first piece that is not what was sealed under this key. */
export async function* openPieces(sealed: AsyncIterable<Uint8Array>, key: Uint8Array, sealing: Sealing): AsyncGenerator<Uint8Array> {
  for await (const { piece, nonce, index } of pieces(sealed, sealedPieceBytes + tagBytes)) {
    const plain = sealing.decrypt(key, nonce, piece, nothingBound);
    if (plain === undefined) {
      throw new PeerError('seal-broken', `Cannot open sealed outputs: piece ${index} was changed, or was sealed for somebody else`, {
        hint: 'Its worker sealed them wrongly. Another copy is tried where several workers ran the unit.',
      });
    }
    yield plain;
  }
}

async function* pieces(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<{ piece: Uint8Array; nonce: Uint8Array; index: number }> {
  const source = new ByteSource(content);
  for (let index = 0; !(await source.isAtEnd()); index += 1) {
    const piece = await source.upTo(bytes);
    yield { piece, nonce: nonceOf(index, await source.isAtEnd()), index };
  }
}

/** Twelve bytes: eleven of counter, and one that says whether this is the last. */
function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
