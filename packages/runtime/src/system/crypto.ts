import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import { ShoalError } from '../errors.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const seedBytes = 32;

/** Recently used public keys: importing one costs as much as a verification. */
const keyCache = new Map<string, KeyObject>();
const keyCacheMax = 1024;

function importPublicKey(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw).toString('latin1');
  const known = keyCache.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  if (keyCache.size >= keyCacheMax) keyCache.delete(keyCache.keys().next().value as string);
  keyCache.set(name, key);
  return key;
}

export const systemCrypto: Crypto = {
  sha256: (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    try {
      return verify(null, message, importPublicKey(publicKey), signature);
    } catch {
      return false; // not a point of the curve
    }
  },
};

/** A signer from the 32-byte Ed25519 seed. */
export function signerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== seedBytes) throw new ShoalError('key-invalid', `Cannot use a key seed of ${seed.length} bytes: expected ${seedBytes}`);
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(spki.length - 32));
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, privateKey)) };
}

/** A fresh 32-byte Ed25519 seed. */
export function generateSeed(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  return new Uint8Array(pkcs8.subarray(pkcs8.length - seedBytes));
}
