import type { Crypto, PeerId, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { exactBytes } from '../fields.ts';
import { peerIdOf } from '../peer-id.ts';

/** A key of whoever runs several peers, and its signature over the id of one of them: they are one operator, and say so. */
export const operatorProof = z.object({ key: exactBytes(32), signature: exactBytes(64) });
export type OperatorProof = z.output<typeof operatorProof>;

const encoder = new TextEncoder();

function signedText(peer: PeerId): Uint8Array {
  return encoder.encode(`shoal/operator/1\0${peer}`);
}

/** Says that a peer belongs to the operator with this key. */
export function proveOperator(operator: Signer, peer: PeerId): OperatorProof {
  return { key: operator.publicKey, signature: operator.sign(signedText(peer)) };
}

/** The operator's id, in the form of a peer id; undefined where the proof is not of this peer. */
export function operatorIn(proof: OperatorProof, peer: PeerId, crypto: Crypto): PeerId | undefined {
  return crypto.verify(proof.key, signedText(peer), proof.signature) ? peerIdOf(proof.key) : undefined;
}
