import { createCipheriv, createHash } from 'node:crypto';

const MiB = 1024 * 1024;

/** A key stream by which IPFS implementations check that they agree: ChaCha20 under the hash of a seed. */
export function seededBytes(size: number, seed: string, offset = 0): Uint8Array {
  const key = createHash('sha256').update(seed).digest();
  const iv = Buffer.alloc(16);
  const blockBytes = 64;
  iv.writeUInt32LE(Math.floor(offset / blockBytes));
  const skipped = offset % blockBytes;
  return new Uint8Array(createCipheriv('chacha20', key, iv).update(Buffer.alloc(skipped + size)).subarray(skipped));
}

/** The same as a stream of pieces. */
export async function* seededStream(size: number, seed: string, pieceBytes = MiB): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += pieceBytes) yield seededBytes(Math.min(pieceBytes, size - at), seed, at);
}

export async function* streamOf(...pieces: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
}

export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return new Uint8Array(Buffer.concat(all));
}

/** File names from the same key stream. */
export function seededNames(count: number, length: number, lastLength: number, seed: string): string[] {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz01234567890-_';
  const stream = seededBytes(MiB, seed);
  return Array.from({ length: count }, (_, at) => {
    const bytes = stream.subarray(at * length, at * length + (at === count - 1 ? lastLength : length));
    return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
  });
}
