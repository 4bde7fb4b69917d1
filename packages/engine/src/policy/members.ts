import type { PeerId } from '@shoal/runtime';
import { attestedPrefix, openMembership, ProtocolError, sameBytes, type Advert, type Invitation, type Opened, type Reason } from '@shoal/protocol';
import type { Engine } from '../engine.ts';
import { hexOf } from '../hex.ts';
import type { Counted, MembersConfig, Revoked } from './membership.ts';

/**
 * In a private mesh an advert counts as far as the authority vouches for its author: without its word there is no work,
 * no role and no attested label. Undefined where the author does not belong, or does not any more.
 */
export function countAdvert(engine: Engine, advert: Opened<Advert>, now: number): Counted | undefined {
  const { members } = engine.config;
  if (members === undefined) return advert;
  const { author, value } = advert;
  const invitation = invitationOf(engine, members, author, value.membership, now);
  if (invitation === undefined || isRevoked(engine.revoked, author, invitation)) return undefined;
  const { roles } = invitation;
  return {
    ...advert,
    invitation,
    value: {
      ...value,
      slots: roles.includes('worker') ? value.slots : 0,
      ...(value.roles === undefined ? {} : { roles: value.roles.filter((role) => roles.includes(role)) }),
      labels: { ...value.labels, ...attestedLabels(invitation) },
    },
  };
}

/** What was shown before was checked before: signatures are most of an advert's cost. */
function invitationOf(engine: Engine, members: MembersConfig, peer: PeerId, shown: Uint8Array | undefined, now: number): Invitation | undefined {
  if (shown === undefined) return undefined;
  const known = engine.roster.get(peer);
  if (known?.invitation !== undefined && known.invitation.until > now && sameBytes(known.value.membership ?? shown, shown)) return known.invitation;
  return openShown(engine, members, peer, shown, now);
}

function openShown({ config, crypto }: Engine, { authority }: MembersConfig, peer: PeerId, shown: Uint8Array, now: number): Invitation | undefined {
  try {
    return openMembership(shown, { mesh: config.mesh, authority, peer, now }, crypto).invitation;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined; // nobody's member: whoever passed it on may not have known
    throw error;
  }
}

export function isRevoked({ peers, invitations }: Revoked, peer: PeerId, invitation: Invitation): boolean {
  return peers.has(peer) || invitations.has(hexOf(invitation.id));
}

/** By the names under which selectors ask for them. */
export function attestedLabels({ labels }: Pick<Invitation, 'labels'>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${attestedPrefix}${key}`, value]));
}

/** A bid may come from whoever heard of the job: in a private mesh only from those with the role. */
export function mayWork({ config, roster, self }: Engine, worker: PeerId): boolean {
  if (config.members === undefined) return true;
  const invitation = worker === self ? config.members.invitation : roster.get(worker)?.invitation;
  return invitation?.roles.includes('worker') ?? false;
}

/** Who posted a job, and what it showed there of its membership. */
export interface Poster {
  requester: PeerId;
  membership?: Uint8Array | undefined;
}

/**
 * Why a peer may not ask for work here; undefined when it may. What its posting shows holds as well as its advert: it may be
 * gone for days while its stewards go on.
 */
export function requesterRefusal(engine: Engine, { requester, membership }: Poster, now: number): Reason | undefined {
  const { config, self } = engine;
  if (config.members === undefined) return undefined;
  const invitation = requester === self ? config.members.invitation : postersInvitation(engine, config.members, requester, membership, now);
  if (invitation === undefined) return { code: 'membership-unknown', text: 'neither its posting nor an advert shows that the requester belongs to this mesh' };
  if (isRevoked(engine.revoked, requester, invitation)) return { code: 'membership-revoked', text: 'the requester no longer belongs to this mesh' };
  if (!invitation.roles.includes('requester')) return { code: 'role-missing', text: 'the authority of this mesh did not give the requester the role to post jobs' };
  return undefined;
}

function postersInvitation(engine: Engine, members: MembersConfig, requester: PeerId, membership: Uint8Array | undefined, now: number): Invitation | undefined {
  const known = engine.roster.get(requester)?.invitation;
  if (known !== undefined && known.until > now) return known;
  return membership === undefined ? undefined : openShown(engine, members, requester, membership, now);
}
