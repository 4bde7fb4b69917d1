import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { systemRandom } from '@shoal/runtime';

/** How a store writes down what is in it: as it is, or encrypted. */
export interface StoreCipher {
  readonly isPlain: boolean;
  /** Bytes that a sealed value is longer. */
  readonly overheadBytes: number;
  /** A small value of the databases, bound to what names it. */
  seal(name: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** Undefined when it was changed, or is another one's. */
  open(name: Uint8Array, bytes: Uint8Array): Uint8Array | undefined;
  /** A stretch of a content file, either way: as many bytes, for the same place. */
  mask(file: number, offset: number, bytes: Uint8Array): Uint8Array;
}

export const plainCipher: StoreCipher = {
  isPlain: true,
  overheadBytes: 0,
  seal: (_name, bytes) => bytes,
  open: (_name, bytes) => bytes,
  mask: (_file, _offset, bytes) => bytes,
};

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const aesBlockBytes = 16;
const gcm = { authTagLength: tagBytes } as const;

/**
 * AES-256-GCM with a nonce by chance for values. For content AES-256-CTR under a key of each file's own (HKDF-SHA256 over
 * its number, which a store never uses twice): any stretch can be read or written alone, at its place, and no place of a file
 * ever gets other bytes, since its hash was checked before. That the bytes are right is for those hashes to say, as without encryption.
 */
export function createCipher(secret: Uint8Array, salt: Uint8Array): StoreCipher {
  const keyFor = (what: string): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, `shoal/store/1/${what}`, keyBytes));
  const valueKey = keyFor('values');
  let last: { file: number; key: Buffer } | undefined;
  const fileKey = (file: number): Buffer => (last?.file === file ? last : (last = { file, key: keyFor(`file/${file}`) })).key;
  return {
    isPlain: false,
    overheadBytes: nonceBytes + tagBytes,
    seal(name, bytes) {
      const nonce = systemRandom.bytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', valueKey, nonce, gcm).setAAD(name);
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open(name, bytes) {
      const end = bytes.length - tagBytes;
      if (end < nonceBytes) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', valueKey, bytes.subarray(0, nonceBytes), gcm).setAAD(name).setAuthTag(bytes.subarray(end));
        return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(nonceBytes, end)), decipher.final()]));
      } catch {
        return undefined; // whoever asked says what that means
      }
    },
    mask(file, offset, bytes) {
      const counter = Buffer.alloc(aesBlockBytes);
      counter.writeBigUInt64BE(BigInt(Math.floor(offset / aesBlockBytes)), aesBlockBytes - 8);
      const cipher = createCipheriv('aes-256-ctr', fileKey(file), counter);
      cipher.update(Buffer.alloc(offset % aesBlockBytes)); // up to where it begins within a block
      return cipher.update(bytes);
    },
  };
}
