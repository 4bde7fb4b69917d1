import { silentLogger, signerFromSeed, systemClock, systemCrypto, type PeerId } from '@shoal/runtime';
import { encodeMembership, peerIdOf, sealInvitation, sealRevocations, type Revocations } from '@shoal/protocol';
import { expect, it } from 'vitest';
import { Members } from './members.ts';

const signer = (seed: number): ReturnType<typeof signerFromSeed> => signerFromSeed(new Uint8Array(32).fill(seed));
const authority = signer(1);
const mesh = 'clinic-abcdefghij';
const peerOf = (seed: number): PeerId => peerIdOf(signer(seed).publicKey);
const idOf = (seed: number): Uint8Array => new Uint8Array(16).fill(seed);

function memberOf(seed: number, revocations?: Uint8Array): { members: Members; saved: Uint8Array[] } {
  const until = systemClock.now() + 60_000;
  const invitation = sealInvitation({ mesh, id: idOf(seed), roles: ['worker'], labels: {}, at: 0, until, peer: peerOf(seed) }, authority, systemCrypto).bytes;
  const record = { mesh, authority: authority.publicKey, secret: new Uint8Array(32), shown: encodeMembership({ invitation }), bootstrap: [] };
  const saved: Uint8Array[] = [];
  const save = async (bytes: Uint8Array): Promise<void> => void saved.push(bytes);
  return { members: new Members({ record, self: peerOf(seed), clock: systemClock, crypto: systemCrypto, logger: silentLogger, revocations, save }), saved };
}

const list = (seq: number, change: Partial<Revocations> = {}): Uint8Array =>
  sealRevocations({ mesh, seq, at: 0, peers: [], invitations: [], ...change }, authority, systemCrypto).bytes;

it('members admit each other, and hand on the newer list', () => {
  const one = memberOf(2).members;
  const other = memberOf(3).members;
  expect(one.admit(peerOf(3), other.greeting())).toEqual(new Uint8Array());
  expect(() => one.admit(peerOf(4), other.greeting())).toThrow(expect.objectContaining({ code: 'membership-invalid' }));
  one.learn(list(1, { peers: [peerOf(9)] }));
  const news = one.admit(peerOf(3), other.greeting());
  other.news(peerOf(2), news);
  expect(other.revocations?.peers).toEqual([peerOf(9)]);
  expect(one.admit(peerOf(3), other.greeting())).toEqual(new Uint8Array());
});

it('the newest list holds, is kept, and holds after a restart', async () => {
  const { members, saved } = memberOf(2);
  const other = memberOf(3).members;
  members.admit(peerOf(3), other.greeting());
  expect(members.learn(list(2, { invitations: [idOf(3)] }))).toBe(true);
  expect(members.learn(list(1))).toBe(false);
  expect(members.learn(list(2))).toBe(false);
  expect(members.revokedAmong([peerOf(3), peerOf(4)])).toEqual([peerOf(3)]);
  await members.settled();
  expect(saved).toHaveLength(1);
  const again = memberOf(2, saved[0]).members;
  expect(() => again.admit(peerOf(3), other.greeting())).toThrow(expect.objectContaining({ code: 'membership-invalid' }));
});

it('a peer that was told that it is out does not start, and a forged list is nobody’s', () => {
  expect(() => memberOf(2, list(1, { peers: [peerOf(2)] }))).toThrow(/was revoked/);
  const forged = sealRevocations({ mesh, seq: 5, at: 0, peers: [peerOf(3)], invitations: [] }, signer(7), systemCrypto).bytes;
  const { members } = memberOf(2);
  expect(() => members.learn(forged)).toThrow(expect.objectContaining({ code: 'membership-invalid' }));
  expect(members.revocations).toBeUndefined();
});
