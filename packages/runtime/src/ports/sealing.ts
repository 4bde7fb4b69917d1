import type { Random } from './random.ts';

/** X25519, raw bytes, 32 each. */
export interface SealingKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** A secret that whoever seals, and whoever the seal is for, have in common. Keys for ever so many things are drawn from it. */
export interface SharedSecret {
  /** A key of 32 bytes; another context, another key. */
  exportKey(context: Uint8Array): Uint8Array;
}

/**
 * Sealing for the holder of a key: HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, its secret export), and
 * ChaCha20-Poly1305 under the keys that come of it. Synchronous, as `Crypto` is, since the engine opens what is sealed.
 */
export interface Sealing {
  /** From 32 bytes that nobody can guess, always the same pair. */
  deriveKeys(seed: Uint8Array): SealingKeys;
  /** A fresh secret shared with the holder of `publicKey`; `enc`, 32 bytes, goes to it. Fails with `key-invalid` for what is no such key. */
  agree(publicKey: Uint8Array, info: Uint8Array, random: Random): { enc: Uint8Array; secret: SharedSecret };
  /** The same secret, from `enc`; undefined where that is no key. `info` must be the same, or the secret is another one. */
  recover(keys: SealingKeys, enc: Uint8Array, info: Uint8Array): SharedSecret | undefined;
  /** 16 bytes longer than `plain`. Never twice with the same key and nonce (12 bytes). */
  encrypt(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, bound: Uint8Array): Uint8Array;
  /** Undefined for what was not encrypted under this key, nonce and with the same `bound`, to the last bit. */
  decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Uint8Array | undefined;
}
