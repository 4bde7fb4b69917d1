import { generateSeed, signerFromSeed, systemCrypto, systemRandom, type PeerId } from '@shoal/runtime';
import { encodeToken, limits, memberRoles, parsePeerId, privateMeshName, sealInvitation, sealRevocations, type Invitation } from '@shoal/protocol';
import { NodeError } from '../errors.ts';
import type { Authority, Issued } from './authority-file.ts';

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/;

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function newAuthority(name: string): Authority {
  if (!namePattern.test(name)) {
    throw new NodeError('usage', `Cannot call a mesh "${name}": expected up to 20 lower-case letters, digits and dashes`, { hint: 'For example: shoal mesh init clinic' });
  }
  const seed = generateSeed();
  return {
    version: 1,
    name,
    mesh: privateMeshName(name, signerFromSeed(seed).publicKey, systemCrypto),
    seed: toHex(seed),
    secret: toHex(systemRandom.bytes(32)),
    invitations: [],
    revocations: { seq: 0, peers: [], invitations: [] },
  };
}

export interface InviteOptions {
  roles: string[];
  labels: Record<string, string>;
  bootstrap: string[];
  /** For this peer alone; without it, for whoever has the token. */
  peer: string | undefined;
  now: number;
  until: number;
}

/** A new invitation: the token to pass on, and what the authority notes of it. */
export function invite(authority: Authority, options: InviteOptions): { token: string; issued: Issued; authority: Authority } {
  const wrong = options.roles.find((role) => !memberRoles.includes(role)); // an unknown one is a typo
  if (wrong !== undefined) throw new NodeError('usage', `Cannot give the role "${wrong}": expected ${memberRoles.join(', ')}`);
  const signer = signerFromSeed(fromHex(authority.seed));
  const key = options.peer === undefined ? generateSeed() : undefined;
  const invitation: Invitation = {
    mesh: authority.mesh,
    id: systemRandom.bytes(16),
    roles: options.roles,
    labels: options.labels,
    at: options.now,
    until: options.until,
    ...(key === undefined ? { peer: parsePeerId(options.peer ?? '') } : { key: signerFromSeed(key).publicKey }),
  };
  const token = encodeToken({
    mesh: authority.mesh,
    authority: signer.publicKey,
    invitation: sealInvitation(invitation, signer, systemCrypto).bytes,
    secret: fromHex(authority.secret),
    bootstrap: options.bootstrap,
    ...(key === undefined ? {} : { seed: key }),
  });
  const issued: Issued = {
    id: toHex(invitation.id),
    roles: invitation.roles,
    labels: invitation.labels,
    at: invitation.at,
    until: invitation.until,
    ...(options.peer === undefined ? {} : { peer: options.peer }),
  };
  return { token, issued, authority: { ...authority, invitations: [...authority.invitations, issued] } };
}

/** Takes peers, and whoever came by an invitation, out of the mesh: the whole new list, signed. */
export function revoke(authority: Authority, who: readonly string[], now: number): { list: Uint8Array; authority: Authority } {
  const peers = new Set(authority.revocations.peers);
  const invitations = new Set(authority.revocations.invitations);
  for (const name of who) {
    if (name.startsWith('12D3Koo')) peers.add(parsePeerId(name));
    else invitations.add(invitationOf(authority, name).id);
  }
  if (peers.size > limits.maxRevoked || invitations.size > limits.maxRevoked) {
    throw new NodeError('usage', `Cannot revoke more than ${limits.maxRevoked} peers and as many invitations of one mesh`, { hint: 'Make a new mesh, and invite those who stay.' });
  }
  const revocations = { seq: authority.revocations.seq + 1, peers: [...peers], invitations: [...invitations] };
  return { list: revocationsOf({ ...authority, revocations }, now), authority: { ...authority, revocations } };
}

/** The list as it is, signed anew. */
export function revocationsOf({ mesh, seed, revocations }: Authority, now: number): Uint8Array {
  const { seq, peers, invitations } = revocations;
  return sealRevocations({ mesh, seq, at: now, peers: peers as PeerId[], invitations: invitations.map(fromHex) }, signerFromSeed(fromHex(seed)), systemCrypto).bytes;
}

function invitationOf({ invitations, mesh }: Authority, text: string): Issued {
  const matches = invitations.filter(({ id }) => text.length >= 4 && id.startsWith(text.toLowerCase()));
  const [found] = matches;
  if (found !== undefined && matches.length === 1) return found;
  const why = matches.length > 1 ? `${matches.length} invitations begin so` : `it is no peer id, and no invitation to ${mesh} begins so`;
  throw new NodeError('usage', `Cannot tell whom "${text}" means: ${why}`, { hint: '`shoal mesh ls --authority FILE` lists the invitations, `shoal peers` the peers.' });
}
