import type { Crypto, PeerId, Signer } from '@shoal/runtime';
import { base32 } from 'multiformats/bases/base32';
import * as z from 'zod';
import { open, seal, type Opened, type Signed } from '../envelope.ts';
import { exactBytes, label, labelValue, name, peerId, timestamp } from '../fields.ts';
import { limits } from '../limits.ts';
import { ProtocolError } from '../errors.ts';
import { peerIdOf } from '../peer-id.ts';

/** What a peer of a private mesh may be: worker runs units, requester posts jobs, keeper and steward hold and finish those of others. */
export const memberRoles: readonly string[] = ['worker', 'requester', 'keeper', 'steward'];

/**
 * What the authority of a private mesh lets somebody be. For one peer, or for whoever holds a key that came with it;
 * the authority itself need not be there when that is used.
 */
const invitationBody = z
  .object({
    mesh: name,
    /** What a revocation names. */
    id: exactBytes(16),
    roles: z.array(label).min(1).max(limits.maxRoles),
    /** Labels that the authority vouches for. */
    labels: z
      .record(label, labelValue)
      .refine((labels) => Object.keys(labels).length <= limits.maxLabels, `expected at most ${limits.maxLabels} labels`),
    at: timestamp,
    until: timestamp,
    peer: peerId.optional(),
    key: exactBytes(32).optional(),
  })
  .refine(({ peer, key }) => (peer === undefined) !== (key === undefined), 'expected a peer or a key, and not both');
export type Invitation = z.output<typeof invitationBody>;

const invitationKind: Signed<typeof invitationBody> = { domain: 'shoal/invitation/1', schema: invitationBody, maxBytes: limits.maxInvitationBytes };

/** By whoever holds an invitation's key: this peer uses it. */
const admissionBody = z.object({ invitation: exactBytes(16), peer: peerId });
const admissionKind: Signed<typeof admissionBody> = { domain: 'shoal/admission/1', schema: admissionBody, maxBytes: 256 };

export function sealInvitation(invitation: Invitation, authority: Signer, crypto: Crypto): Opened<Invitation> {
  return seal(invitationKind, invitation, authority, crypto);
}

/** Of this authority, for this mesh; whether it is still good is another question. */
export function openInvitation(envelope: Uint8Array, { mesh, authority }: MeshAuthority, crypto: Crypto): Opened<Invitation> {
  const invitation = open(invitationKind, envelope, crypto);
  if (invitation.author !== peerIdOf(authority) || invitation.value.mesh !== mesh) {
    throw new ProtocolError('membership-invalid', `Cannot take an invitation to ${invitation.value.mesh}: it is not of the authority of ${mesh}`);
  }
  return invitation;
}

export function sealAdmission(invitation: Invitation, peer: PeerId, key: Signer, crypto: Crypto): Uint8Array {
  return seal(admissionKind, { invitation: invitation.id, peer }, key, crypto).bytes;
}

/** Fails with `membership-invalid` unless it lets this peer in. */
export function checkAdmission(invitation: Invitation, admission: Uint8Array | undefined, peer: PeerId, crypto: Crypto): void {
  if (invitation.peer === peer) return;
  if (invitation.key !== undefined && admission !== undefined) {
    const { author, value } = open(admissionKind, admission, crypto);
    if (author === peerIdOf(invitation.key) && value.peer === peer && sameBytes(value.invitation, invitation.id)) return;
  }
  throw new ProtocolError('membership-invalid', `Cannot let ${peer} in: its invitation is somebody else's`);
}

/** A private mesh: its name, and the key that says who belongs to it. */
export interface MeshAuthority {
  mesh: string;
  /** Raw Ed25519 public key. */
  authority: Uint8Array;
}

const fingerprintLetters = 10;

/** The name by which peers know a private mesh: two of the same name, of different authorities, never meet. */
export function privateMeshName(name: string, authority: Uint8Array, crypto: Crypto): string {
  return `${name}-${base32.baseEncode(crypto.sha256(authority)).slice(0, fingerprintLetters)}`;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
