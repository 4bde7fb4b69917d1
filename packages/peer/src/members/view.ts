import type { MembershipView } from '../api.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';

export function membershipOf({ members }: Parts): MembershipView | undefined {
  if (members === undefined) return undefined;
  const { roles, labels, until } = members.config.invitation;
  const { seq = 0, peers = [], invitations = [] } = members.revocations ?? {};
  return { mesh: members.mesh, roles, labels, until, revoked: { seq, peers, invitations: invitations.map((id) => Buffer.from(id).toString('hex')) } };
}

/** On return the list is on disk, and whom it names is cut off here. */
export async function revokeBy({ members, engine }: Parts, list: Uint8Array): Promise<boolean> {
  if (members === undefined) {
    throw new PeerError('membership-none', `Cannot revoke anybody: ${engine.config.mesh} is a public mesh`, { hint: '`shoal mesh join TOKEN` makes a peer a member of a private one.' });
  }
  const isNewer = members.learn(list);
  await members.settled();
  return isNewer;
}
