import { systemCrypto, type Crypto, type Signer } from '@shoal/runtime';

/** Signatures that anybody could forge and nobody in a test does: real ones would be half of a test's time. */
export const quickCrypto: Crypto = {
  sha256: systemCrypto.sha256,
  verify: (publicKey, message, signature) => sameBytes(signatureOf(publicKey, message), signature),
};

export function quickSigner(seed: Uint8Array): Signer {
  const publicKey = systemCrypto.sha256(seed);
  return { publicKey, sign: (message) => signatureOf(publicKey, message) };
}

function signatureOf(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const keyed = new Uint8Array(publicKey.length + message.length);
  keyed.set(publicKey);
  keyed.set(message, publicKey.length);
  const half = systemCrypto.sha256(keyed);
  const signature = new Uint8Array(64);
  signature.set(half);
  signature.set(half, 32);
  return signature;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
