import { signerFromSeed, systemCrypto, type PeerId } from '@shoal/runtime';
import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../peer-id.ts';
import { privateMeshName, sealAdmission, sealInvitation, type Invitation } from './invitation.ts';
import { encodeMembership, openMembership } from './membership.ts';
import { openRevocations, sealRevocations } from './revocations.ts';
import { decodeToken, encodeToken } from './token.ts';

const signer = (seed: number): ReturnType<typeof signerFromSeed> => signerFromSeed(new Uint8Array(32).fill(seed));
const [authority, other, key, alice, bob] = [signer(1), signer(2), signer(3), signer(4), signer(5)];
const peerOf = (of: typeof alice): PeerId => peerIdOf(of.publicKey);
const mesh = privateMeshName('clinic', authority.publicKey, systemCrypto);
const now = 1_000_000_000_000;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

const invitation = (change: Partial<Invitation>): Invitation => ({ mesh, id: new Uint8Array(16).fill(9), roles: ['worker'], labels: { region: 'eu' }, at: now, until: now + 1_000, ...change });
const sealed = (change: Partial<Invitation>, by = authority): Uint8Array => sealInvitation(invitation(change), by, systemCrypto).bytes;
const membersOf = { mesh, authority: authority.publicKey, now };
const open = (shown: Uint8Array, peer: PeerId, at = now): unknown => openMembership(shown, { ...membersOf, peer, now: at }, systemCrypto);

describe('a membership', () => {
  it('for one peer lets that one in, and nobody else', () => {
    const shown = encodeMembership({ invitation: sealed({ peer: peerOf(alice) }) });
    expect(open(shown, peerOf(alice))).toMatchObject({ invitation: { roles: ['worker'], labels: { region: 'eu' } } });
    expect(() => open(shown, peerOf(bob))).toThrow(code('membership-invalid'));
  });

  it('by a key lets in whom that key names', () => {
    const value = invitation({ key: key.publicKey });
    const bytes = sealInvitation(value, authority, systemCrypto).bytes;
    const shown = encodeMembership({ invitation: bytes, admission: sealAdmission(value, peerOf(alice), key, systemCrypto) });
    expect(open(shown, peerOf(alice))).toMatchObject({ peer: peerOf(alice) });
    // Shown by somebody who saw it; without the key; with another's; with that of another invitation.
    expect(() => open(shown, peerOf(bob))).toThrow(code('membership-invalid'));
    expect(() => open(encodeMembership({ invitation: bytes }), peerOf(alice))).toThrow(code('membership-invalid'));
    const forged = encodeMembership({ invitation: bytes, admission: sealAdmission(value, peerOf(bob), bob, systemCrypto) });
    expect(() => open(forged, peerOf(bob))).toThrow(code('membership-invalid'));
    const of = { ...value, id: new Uint8Array(16).fill(8) };
    const crossed = encodeMembership({ invitation: bytes, admission: sealAdmission(of, peerOf(alice), key, systemCrypto) });
    expect(() => open(crossed, peerOf(alice))).toThrow(code('membership-invalid'));
  });

  it('ends, and counts only for its authority and mesh', () => {
    const peer = peerOf(alice);
    expect(() => open(encodeMembership({ invitation: sealed({ peer }) }), peer, now + 1_000)).toThrow(code('membership-invalid'));
    expect(() => open(encodeMembership({ invitation: sealed({ peer }, other) }), peer)).toThrow(code('membership-invalid'));
    expect(() => open(encodeMembership({ invitation: sealed({ peer, mesh: 'clinic' }) }), peer)).toThrow(code('membership-invalid'));
    const flipped = encodeMembership({ invitation: sealed({ peer }) });
    flipped[flipped.length - 10]! ^= 1;
    expect(() => open(flipped, peer)).toThrow(code('signature-invalid'));
    expect(() => open(new Uint8Array(10_000), peer)).toThrow(code('document-oversize'));
  });

  it('is for a peer or for a key', () => {
    expect(() => sealed({})).toThrow(code('document-malformed'));
    expect(() => sealed({ peer: peerOf(alice), key: key.publicKey })).toThrow(code('document-malformed'));
  });
});

it('a list of revocations is its authority’s', () => {
  const list = { mesh, seq: 3, at: now, peers: [peerOf(bob)], invitations: [new Uint8Array(16)] };
  expect(openRevocations(sealRevocations(list, authority, systemCrypto).bytes, membersOf, systemCrypto).value).toEqual(list);
  expect(() => openRevocations(sealRevocations(list, other, systemCrypto).bytes, membersOf, systemCrypto)).toThrow(code('membership-invalid'));
});

it('a token reads as it was written, and says what is wrong with another text', () => {
  const value = { mesh, authority: authority.publicKey, invitation: sealed({ key: key.publicKey }), seed: new Uint8Array(32), secret: new Uint8Array(32).fill(7), bootstrap: ['/ip4/192.0.2.7/tcp/4001'] };
  const text = encodeToken(value);
  expect(decodeToken(`  ${text}\n`)).toEqual(value);
  for (const wrong of ['', 'hello', text.slice(0, -3), `${text}!`, 'shoal1']) expect(() => decodeToken(wrong)).toThrow(code('token-invalid'));
});
