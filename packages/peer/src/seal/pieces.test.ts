import { systemRandom, systemSealing } from '@shoal/runtime';
import { sealedBytesOf, sealedPieceBytes } from '@shoal/protocol';
import { expect, it } from 'vitest';
import { openPieces, sealPieces } from './pieces.ts';

const key = new Uint8Array(32).fill(1);
const pieceBytes = sealedPieceBytes + 16;

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gather(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of content) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

const sealOf = (plain: Uint8Array, chunk = 10_000): Promise<Uint8Array> => gather(sealPieces(inChunks(plain, chunk), key, systemSealing));
const openOf = (sealed: Uint8Array, chunk = 7_000, by = key): Promise<Uint8Array> => gather(openPieces(inChunks(sealed, chunk), by, systemSealing));

it('seals and opens content of any length, however it is cut', async () => {
  for (const length of [0, 1, sealedPieceBytes - 1, sealedPieceBytes, sealedPieceBytes + 1, 3 * sealedPieceBytes, 200_001]) {
    const plain = systemRandom.bytes(length);
    const sealed = await sealOf(plain);
    expect(sealed).toHaveLength(sealedBytesOf(length));
    for (const chunk of [333, pieceBytes, 1_000_000]) expect(Buffer.compare(await openOf(sealed, chunk), plain)).toBe(0);
  }
});

it('refuses pieces that were changed, exchanged, repeated, left out or cut off, and another key', async () => {
  const sealed = await sealOf(systemRandom.bytes(4 * sealedPieceBytes - 100));
  const piece = (i: number): Uint8Array => sealed.subarray(i * pieceBytes, (i + 1) * pieceBytes);
  const of = (...order: number[]): Uint8Array => new Uint8Array(Buffer.concat(order.map(piece)));
  const changed = sealed.slice();
  changed[pieceBytes + 5] = (changed[pieceBytes + 5] as number) ^ 1;
  for (const bad of [changed, of(0, 2, 1, 3), of(0, 1, 1, 2, 3), of(0, 2, 3), of(0, 1, 2), of(3), of(0, 1, 2, 3, 3), sealed.subarray(0, -1), sealed.subarray(1)]) {
    await expect(openOf(bad)).rejects.toMatchObject({ code: 'seal-broken' });
  }
  await expect(openOf(sealed, 7_000, new Uint8Array(32))).rejects.toMatchObject({ code: 'seal-broken', message: expect.stringContaining('piece 0') });
});
