import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, createSecretKey, diffieHellman, type KeyObject } from 'node:crypto';
import { ShoalError } from '../errors.ts';
import type { Sealing, SealingKeys, SharedSecret } from '../ports/sealing.ts';

/** DER around raw X25519 keys. */
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const keyBytes = 32;
const tagBytes = 16;

const none = Buffer.alloc(0);
const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const version = text('HPKE-v1');
/** DHKEM(X25519, HKDF-SHA256); and that with HKDF-SHA256 and no AEAD of its own, "export-only". */
const kemSuite = Buffer.concat([text('KEM'), Buffer.from('0020', 'hex')]);
const hpkeSuite = Buffer.concat([text('HPKE'), Buffer.from('00200001ffff', 'hex')]);
const baseMode = Buffer.from([0]);

// Node finds out by an exception that bytes are no key object, which costs four times what the hash of a short text does.

function extract(suite: Buffer, salt: Uint8Array, label: string, input: Uint8Array): Buffer {
  return createHmac('sha256', createSecretKey(salt)).update(version).update(suite).update(text(label)).update(input).digest();
}

/** Of one block of the hash: all that is expanded here has 32 bytes. */
function expand(suite: Buffer, secret: KeyObject, label: string, info: Uint8Array): Buffer {
  const length = Buffer.from([0, keyBytes]);
  return createHmac('sha256', secret).update(length).update(version).update(suite).update(text(label)).update(info).update(Buffer.from([1])).digest();
}

function deriveKeys(seed: Uint8Array): SealingKeys {
  const privateKey = new Uint8Array(expand(kemSuite, createSecretKey(extract(kemSuite, none, 'dkp_prk', seed)), 'sk', none));
  const spki = createPublicKey(importPrivate(privateKey)).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(spki.length - keyBytes)) };
}

const importPrivate = (raw: Uint8Array) => createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: 'der', type: 'pkcs8' });

/** Undefined for a point that gives everybody the same secret, and for what is no point. */
function exchange(privateKey: Uint8Array, publicKey: Uint8Array): Buffer | undefined {
  if (publicKey.length !== keyBytes) return undefined;
  try {
    const shared = diffieHellman({
      privateKey: importPrivate(privateKey),
      publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' }),
    });
    return shared.every((byte) => byte === 0) ? undefined : shared;
  } catch {
    return undefined; // OpenSSL refuses such points itself
  }
}

function scheduled(exchanged: Buffer, enc: Uint8Array, publicKey: Uint8Array, info: Uint8Array): SharedSecret {
  const shared = expand(kemSuite, createSecretKey(extract(kemSuite, none, 'eae_prk', exchanged)), 'shared_secret', Buffer.concat([enc, publicKey]));
  const context = Buffer.concat([baseMode, extract(hpkeSuite, none, 'psk_id_hash', none), extract(hpkeSuite, none, 'info_hash', info)]);
  const exporter = createSecretKey(expand(hpkeSuite, createSecretKey(extract(hpkeSuite, shared, 'secret', none)), 'exp', context));
  return { exportKey: (of) => new Uint8Array(expand(hpkeSuite, exporter, 'sec', of)) };
}

export const systemSealing: Sealing = {
  deriveKeys,
  agree(publicKey, info, random) {
    const own = deriveKeys(random.bytes(keyBytes));
    const exchanged = exchange(own.privateKey, publicKey);
    if (exchanged === undefined) throw new ShoalError('key-invalid', `Cannot seal to a key of ${publicKey.length} bytes: it is no X25519 public key`);
    return { enc: own.publicKey, secret: scheduled(exchanged, own.publicKey, publicKey, info) };
  },
  recover({ privateKey, publicKey }, enc, info) {
    const exchanged = exchange(privateKey, enc);
    return exchanged === undefined ? undefined : scheduled(exchanged, enc, publicKey, info);
  },
  encrypt(key, nonce, plain, bound) {
    const cipher = createCipheriv('chacha20-poly1305', createSecretKey(key), nonce, { authTagLength: tagBytes });
    cipher.setAAD(bound, { plaintextLength: plain.length });
    return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  },
  decrypt(key, nonce, sealed, bound) {
    if (sealed.length < tagBytes) return undefined;
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv('chacha20-poly1305', createSecretKey(key), nonce, { authTagLength: tagBytes });
    decipher.setAAD(bound, { plaintextLength: end });
    decipher.setAuthTag(sealed.subarray(end));
    try {
      return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]));
    } catch {
      return undefined; // the tag does not fit
    }
  },
};
