import { base58btc } from 'multiformats/bases/base58';
import type { PeerId } from '@shoal/runtime';
import { ProtocolError } from './errors.ts';

/** Identity multihash over the protobuf of an Ed25519 public key (libp2p peer id specification). */
const prefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const publicKeyBytes = 32;

export const peerIdPattern = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/;

/** The peer id of a raw Ed25519 public key. */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  const bytes = new Uint8Array(prefix.length + publicKeyBytes);
  bytes.set(prefix);
  bytes.set(publicKey, prefix.length);
  return base58btc.baseEncode(bytes) as PeerId;
}

/** Reads a peer id that a person gave; fails with `peer-id-invalid`. */
export function parsePeerId(text: string): PeerId {
  if (peerIdPattern.test(text)) return text as PeerId;
  throw new ProtocolError('peer-id-invalid', `Cannot read "${text.slice(0, 80)}" as a peer id: expected 12D3KooW… of 52 characters`, {
    hint: '`shoal peers` lists the peers you know.',
  });
}
