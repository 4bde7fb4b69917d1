import { base58btc } from 'multiformats/bases/base58';
import type { PeerId } from '@shoal/runtime';
import { ProtocolError } from './errors.ts';

/** Identity multihash over the protobuf of an Ed25519 public key (libp2p peer id specification). */
const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const publicKeyBytes = 32;

const form = /^[1-9A-HJ-NP-Za-km-z]{52}$/;

/** The peer id of a raw Ed25519 public key. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const bytes = new Uint8Array(prefix.length + publicKeyBytes);
  bytes.set(prefix);
  bytes.set(publicKey, prefix.length);
  return base58btc.baseEncode(bytes) as PeerId;
}

const first = peerIdOf(new Uint8Array(publicKeyBytes));
const last = peerIdOf(new Uint8Array(publicKeyBytes).fill(0xff));

/** Whether this is the peer id of 32 bytes. Base58 keeps the order of what it stands for, so the two ends of the range tell. */
export function isPeerId(text: unknown): text is PeerId {
  return typeof text === 'string' && form.test(text) && text >= first && text <= last;
}

/** The raw Ed25519 public key in a peer id. */
export function publicKeyOf(peer: PeerId): Uint8Array {
  return base58btc.baseDecode(peer).slice(prefix.length);
}

/** Reads a peer id that a person gave; fails with `peer-id-invalid`. */
export function parsePeerId(text: string): PeerId {
  if (isPeerId(text)) return text;
  throw new ProtocolError('peer-id-invalid', `Cannot read "${text.slice(0, 80)}" as a peer id: expected 12D3KooW… of 52 characters`, {
    hint: '`shoal peers` lists the peers you know.',
  });
}
