import type { Crypto, Signer } from '@shoal/runtime';
import * as z from 'zod';
import { open, seal, type Opened, type Signed } from '../envelope.ts';
import { ProtocolError } from '../errors.ts';
import { count, exactBytes, longList, name, peerId, timestamp } from '../fields.ts';
import { limits } from '../limits.ts';
import { peerIdOf } from '../peer-id.ts';
import type { MeshAuthority } from './invitation.ts';

/** Who no longer belongs, all of them; the list with the highest number counts. */
const revocationsBody = z.object({
  mesh: name,
  seq: count,
  at: timestamp,
  peers: longList(peerId, 0, limits.maxRevoked),
  /** Ids of invitations: whoever came by one of them. */
  invitations: longList(exactBytes(16), 0, limits.maxRevoked),
});
export type Revocations = z.output<typeof revocationsBody>;

const revocationsKind: Signed<typeof revocationsBody> = { domain: 'shoal/revocations/1', schema: revocationsBody, maxBytes: limits.maxRevocationsBytes };

export function sealRevocations(revocations: Revocations, authority: Signer, crypto: Crypto): Opened<Revocations> {
  return seal(revocationsKind, revocations, authority, crypto);
}

/** Fails with `membership-invalid` unless it is of this mesh's authority. */
export function openRevocations(envelope: Uint8Array, { mesh, authority }: MeshAuthority, crypto: Crypto): Opened<Revocations> {
  const revocations = open(revocationsKind, envelope, crypto);
  if (revocations.author === peerIdOf(authority) && revocations.value.mesh === mesh) return revocations;
  throw new ProtocolError('membership-invalid', `Cannot take a list of revocations for ${revocations.value.mesh}: it is not of the authority of ${mesh}`);
}
