import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeToken, openInvitation, openRevocations } from '@shoal/protocol';
import { signerFromSeed, systemCrypto } from '@shoal/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority, readAuthority, saveAuthority } from './authority-file.ts';
import { invite, newAuthority, revoke } from './authority.ts';

let dir: string;
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'shoal-authority-'))));
afterEach(() => rm(dir, { recursive: true }));

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const options = { roles: ['worker'], labels: { region: 'eu' }, bootstrap: [], peer: undefined, now: 1, until: 2 };
const peer = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

it('lies in a file that only its owner reads, is never overwritten, and is refused where others may have read it', async () => {
  const path = join(dir, 'clinic.authority');
  const authority = newAuthority('clinic');
  await createAuthority(path, authority);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(createAuthority(path, newAuthority('clinic'))).rejects.toEqual(code('output-unwritable'));
  await saveAuthority(path, authority);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readAuthority(path)).toEqual(authority);
  await chmod(path, 0o644);
  await expect(readAuthority(path)).rejects.toEqual(code('authority-exposed'));
  await expect(readAuthority(join(dir, 'other'))).rejects.toEqual(code('file-missing'));
  expect(await readFile(path, 'utf8')).toContain(authority.seed);
});

it('invites by token and by peer, with what was asked', () => {
  const authority = newAuthority('clinic');
  const { token, issued, authority: after } = invite(authority, options);
  const read = decodeToken(token);
  expect(openInvitation(read.invitation, read, systemCrypto).value).toMatchObject({ mesh: authority.mesh, roles: ['worker'], labels: { region: 'eu' }, until: 2 });
  expect(after.invitations).toEqual([issued]);
  expect(decodeToken(invite(authority, { ...options, peer }).token).seed).toBeUndefined();
  expect(() => invite(authority, { ...options, roles: ['wroker'] })).toThrow(/"wroker": expected worker, requester/);
  expect(() => invite(authority, { ...options, peer: 'bob' })).toThrow(code('peer-id-invalid'));
  for (const name of ['', 'Clinic', 'a b', '-a', 'x'.repeat(21)]) expect(() => newAuthority(name)).toThrow(code('usage'));
});

it('revokes peers and invitations, all of them in one list with a higher number', () => {
  const { issued, authority } = invite(newAuthority('clinic'), options);
  const one = revoke(authority, [peer], 5);
  const two = revoke(one.authority, [issued.id.slice(0, 8)], 6);
  const of = { mesh: authority.mesh, authority: signerFromSeed(new Uint8Array(Buffer.from(authority.seed, 'hex'))).publicKey };
  expect(openRevocations(two.list, of, systemCrypto).value).toMatchObject({ seq: 2, peers: [peer], invitations: [new Uint8Array(Buffer.from(issued.id, 'hex'))] });
  for (const who of ['zzzz', issued.id.slice(0, 3), '12D3KooWtypo']) expect(() => revoke(authority, [who], 5)).toThrow(/Cannot/);
});
