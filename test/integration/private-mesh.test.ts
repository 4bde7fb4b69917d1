import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import { expect, it } from 'vitest';
import { openRoom, type Room, type Terminal } from './lib/shoal.ts';

interface Started {
  terminal: Terminal;
  peer: string;
  address: string;
}

async function up(room: Room, dir: string, ...more: string[]): Promise<Started> {
  const terminal = room.open('up', '--data-dir', dir, '--json', ...more);
  const [, line = ''] = await terminal.sees(/(\{"event":"started".*\})/);
  const { peer, addresses } = JSON.parse(line) as { peer: string; addresses: string[] };
  return { terminal, peer, address: addresses[0] as string };
}

async function json<T>(room: Room, ...args: string[]): Promise<T> {
  const { code, out, err } = await room.run(...args, '--json');
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out) as T;
}

it('a private mesh: members work for each other by the labels that were attested; others, and the revoked, are nobody', async () => {
  await using room = await openRoom();
  const { mesh } = await json<{ mesh: string }>(room, 'mesh', 'init', 'clinic');
  expect((await room.run('mesh', 'init', 'clinic')).err).toContain('a file of that name is there');
  const join_ = async (dir: string, ...invite: string[]): Promise<void> => {
    const { token } = await json<{ token: string }>(room, 'mesh', 'invite', '--authority', 'clinic.authority', ...invite);
    await writeFile(join(room.path, 'token'), token);
    await json(room, 'mesh', 'join', token, '--data-dir', dir);
  };

  await join_('a', '--role', 'requester');
  const a = await up(room, 'a', '--slots', '0');
  await join_('b', '--role', 'worker', '--label', 'region=eu', '--bootstrap', a.address);
  await join_('c', '--role', 'worker', '--label', 'region=us', '--bootstrap', a.address);
  const [b, c] = await Promise.all([up(room, 'b'), up(room, 'c', '--label', 'region=eu')]);
  // Of the same name, without an invitation.
  const stranger = await up(room, 'x', '--mesh', mesh, '--bootstrap', a.address, '--label', 'region=eu');

  const members = async (dir: string): Promise<string[]> => (await json<{ members: { peer: string }[] }>(room, 'mesh', 'ls', '--data-dir', dir)).members.map(({ peer }) => peer).sort();
  await expect.poll(() => members('a'), { timeout: 30_000, interval: 500 }).toEqual([b.peer, c.peer].sort());

  const job = await json<{ job: { workers: { peer: string }[] } }>(room, 'run', programPath('primes'), '--count', '2', '--quorum', '1', '--where', 'attested/region=eu', '--data-dir', 'a', '--arg', '1000');
  expect(job.job.workers.map(({ peer }) => peer)).toEqual([b.peer]);
  expect((await json<{ peers: unknown[] }>(room, 'peers', '--data-dir', 'x')).peers).toEqual([]);

  // Whoever may only work is not served.
  const refused = await room.run('run', programPath('primes'), '--quorum', '1', '--deadline', '4s', '--data-dir', 'b', '--arg', '10');
  expect(refused.code).not.toBe(0);

  expect(await json(room, 'mesh', 'revoke', c.peer, '--authority', 'clinic.authority', '--data-dir', 'a')).toMatchObject({ newer: true });
  await expect.poll(() => members('b'), { timeout: 30_000, interval: 500 }).toEqual([a.peer]);
  // It comes back, to those who were told and to one that was off meanwhile.
  c.terminal.child.kill('SIGKILL');
  await c.terminal.ended;
  await up(room, 'c');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await members('a')).toEqual([b.peer]);
  expect(stranger.terminal.child.exitCode).toBeNull();
}, 180_000);
