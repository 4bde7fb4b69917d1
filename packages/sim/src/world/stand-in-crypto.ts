import { signerFromSeed, systemCrypto, type Crypto, type Signer } from '@shoal/runtime';

import { OpenedDocuments } from './opened-documents.ts';

/**
 * A fast stand-in for Ed25519 behind the same port: signatures that anybody who knows the rule could forge. Nobody in
 * the simulated world does. Keys and SHA-256 are the real ones, so that peers and results have the same names as in a
 * run with real signatures.
 */
export function standInCrypto(): Crypto {
  return {
    sha256: systemCrypto.sha256,
    verify: (publicKey, message, signature) => publicKey.length === 32 && signature.length === 64 && equal(signature, signatureOf(publicKey, message)),
    opened: new OpenedDocuments(),
  };
}

/** A signer of the stand-in kind, with the real public key of its seed. */
export function standInSigner(seed: Uint8Array): Signer {
  const { publicKey } = signerFromSeed(seed);
  return { publicKey, sign: (message) => signatureOf(publicKey, message) };
}

function signatureOf(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const key = new DataView(publicKey.buffer, publicKey.byteOffset).getUint32(0, true);
  const signature = new Uint8Array(64);
  digest(message, key, signature);
  signature.set(publicKey, 32);
  return signature;
}

/** Four lanes of 32-bit multiply-rotate over the input, then eight finalised words into the first half of `out`. */
function digest(bytes: Uint8Array, key: number, out: Uint8Array): void {
  let a = 0x9e3779b9 ^ key;
  let b = 0x85ebca6b ^ bytes.length;
  let c = 0xc2b2ae35;
  let d = 0x27d4eb2f;
  const whole = bytes.length & ~3;
  let i = 0;
  for (; i < whole; i += 4) {
    const word = (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24);
    a = Math.imul(a ^ word, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = (Math.imul(b ^ a, 0x1b873593) + c) | 0;
    c = (c << 13) | (c >>> 19);
    c = Math.imul(c ^ b, 0xe6546b64) ^ d;
    d = (d + Math.imul(word ^ c, 0x2545f491)) | 0;
    d = (d << 7) | (d >>> 25);
  }
  for (; i < bytes.length; i += 1) {
    a = Math.imul(a ^ (bytes[i] as number), 0xcc9e2d51);
    b = (b + Math.imul(a, 0x1b873593)) | 0;
    c = (c ^ b) | 0;
    d = (d + Math.imul(c, 0x2545f491)) | 0;
  }
  const view = new DataView(out.buffer);
  for (let word = 0; word < 8; word += 1) {
    a = mix((a + Math.imul(word + 1, 0x9e3779b9) + d) | 0);
    b = mix(b ^ a);
    c = mix((c + b) | 0);
    d = mix(d ^ c);
    view.setUint32(word * 4, (a ^ d) >>> 0, true);
  }
}

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
