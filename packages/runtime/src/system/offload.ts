import { createHash, webcrypto } from 'node:crypto';

/** Below this, handing the bytes to another thread costs more than hashing them here. */
const offloadBytes = 32 * 1024;

/**
 * SHA-256 of bytes that came from a disk or a socket, on another thread when they are many.
 * For the shell around the core only: the core hashes through the synchronous Crypto port.
 */
export async function sha256OffThread(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length < offloadBytes) return new Uint8Array(createHash('sha256').update(bytes).digest());
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
