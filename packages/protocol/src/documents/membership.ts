import type { Crypto, PeerId } from '@shoal/runtime';
import * as z from 'zod';
import { decodeWith, encodeWith } from '../codec.ts';
import { ProtocolError } from '../errors.ts';
import { bytes, count } from '../fields.ts';
import { limits } from '../limits.ts';
import { checkAdmission, openInvitation, type Invitation, type MeshAuthority } from './invitation.ts';

/** What a peer shows to belong: its invitation, and, where that is for whoever holds its key, that it does. */
const membership = z.object({
  invitation: bytes(limits.maxInvitationBytes + limits.maxEnvelopeOverheadBytes),
  admission: bytes(512).optional(),
});

/** What both sides of a connection say first: what lets them in, and which list of revocations they know. */
const greeting = z.object({ shown: bytes(limits.maxMembershipBytes), seq: count });
export type Greeting = z.output<typeof greeting>;

export function encodeGreeting(value: Greeting): Uint8Array {
  return encodeWith(greeting, value, 'greeting');
}

export function decodeGreeting(value: Uint8Array): Greeting {
  return decodeWith(greeting, value, limits.maxMembershipBytes + 64, 'greeting');
}

export interface Membership {
  peer: PeerId;
  invitation: Invitation;
}

export function encodeMembership(value: z.output<typeof membership>): Uint8Array {
  return encodeWith(membership, value, 'membership');
}

/** Fails with `membership-invalid` unless this peer belongs to the mesh at this time; size and signatures come first. */
export function openMembership(shown: Uint8Array, of: MeshAuthority & { peer: PeerId; now: number }, crypto: Crypto): Membership {
  const { invitation: sealed, admission } = decodeWith(membership, shown, limits.maxMembershipBytes, 'membership');
  const { value: invitation } = openInvitation(sealed, of, crypto);
  checkAdmission(invitation, admission, of.peer, crypto);
  if (invitation.until <= of.now) throw new ProtocolError('membership-invalid', `Cannot let ${of.peer} in: its invitation has ended`);
  return { peer: of.peer, invitation };
}
