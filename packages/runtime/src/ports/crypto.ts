/** Ed25519 and SHA-256, synchronous: promises completed off-thread would break determinism. */
export interface Crypto {
  sha256(bytes: Uint8Array): Uint8Array;
  /** `publicKey` is the raw 32 bytes; false for anything malformed. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /**
   * What bytes say that were written or read already. Only for the simulator, where a thousand peers in one process
   * read the same bytes, and where nobody changes bytes once they are made.
   */
  readonly opened?: Opened;
}

/** Documents and messages by their bytes. */
export interface Opened {
  get(bytes: Uint8Array): object | undefined;
  set(bytes: Uint8Array, document: object): void;
}

/** Signs as one identity. */
export interface Signer {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}
