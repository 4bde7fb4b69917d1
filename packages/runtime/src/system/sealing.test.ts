import { expect, it } from 'vitest';
import { systemRandom } from './random.ts';
import { systemSealing as sealing } from './sealing.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const none = new Uint8Array();
const nonce = new Uint8Array(12);

it('does what RFC 9180, appendix A.7.1 (X25519, HKDF-SHA256, export-only), prescribes', () => {
  const info = hex('4f6465206f6e2061204772656369616e2055726e');
  const keys = sealing.deriveKeys(hex('683ae0da1d22181e74ed2e503ebf82840deb1d5e872cade20f4b458d99783e31'));
  expect(keys.privateKey).toEqual(hex('33d196c830a12f9ac65d6e565a590d80f04ee9b19c83c87f2c170d972a812848'));
  expect(keys.publicKey).toEqual(hex('194141ca6c3c3beb4792cd97ba0ea1faff09d98435012345766ee33aae2d7664'));
  const random = { ...systemRandom, bytes: () => hex('55bc245ee4efda25d38f2d54d5bb6665291b99f8108a8c4b686c2b14893ea5d9') };
  const { enc, secret } = sealing.agree(keys.publicKey, info, random);
  expect(enc).toEqual(hex('e5e8f9bfff6c2f29791fc351d2c25ce1299aa5eaca78a757c0b4fb4bcd830918'));
  for (const shared of [secret, sealing.recover(keys, enc, info)]) {
    expect(shared?.exportKey(none)).toEqual(hex('7a36221bd56d50fb51ee65edfd98d06a23c4dc87085aa5866cb7087244bd2a36'));
    expect(shared?.exportKey(hex('00'))).toEqual(hex('d5535b87099c6c3ce80dc112a2671c6ec8e811a2f284f948cec6dd1708ee33f0'));
    expect(shared?.exportKey(text('TestContext'))).toEqual(hex('ffaabc85a776136ca0c378e5d084c9140ab552b78f039d2e8775f26efff4c70e'));
  }
});

it('opens what was sealed for this key, and nothing that was changed', () => {
  const [keys, others] = [sealing.deriveKeys(systemRandom.bytes(32)), sealing.deriveKeys(systemRandom.bytes(32))];
  const { enc, secret } = sealing.agree(keys.publicKey, text('info'), systemRandom);
  const key = secret.exportKey(text('a'));
  const sealed = sealing.encrypt(key, nonce, text('hello'), text('bound'));
  expect(sealed).toHaveLength(5 + 16);
  expect(sealing.decrypt(sealing.recover(keys, enc, text('info'))?.exportKey(text('a')) ?? none, nonce, sealed, text('bound'))).toEqual(text('hello'));
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = sealed.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(sealing.decrypt(key, nonce, changed, text('bound'))).toBeUndefined();
  }
  for (const short of [none, sealed.subarray(0, 15), sealed.subarray(1)]) expect(sealing.decrypt(key, nonce, short, text('bound'))).toBeUndefined();
  expect(sealing.decrypt(key, nonce, sealed, text('another'))).toBeUndefined();
  for (const [by, info, context] of [[others, 'info', 'a'], [keys, 'other', 'a'], [keys, 'info', 'b']] as const) {
    expect(sealing.recover(by, enc, text(info))?.exportKey(text(context))).not.toEqual(key);
  }
});

it('refuses points that give everybody the same secret, and what is no key', () => {
  const keys = sealing.deriveKeys(systemRandom.bytes(32));
  for (const bad of [new Uint8Array(32), hex(`01${'00'.repeat(31)}`), new Uint8Array(31), none]) {
    expect(sealing.recover(keys, bad, none)).toBeUndefined();
    expect(() => sealing.agree(bad, none, systemRandom)).toThrow(expect.objectContaining({ code: 'key-invalid' }));
  }
});
