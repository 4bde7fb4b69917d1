import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '@shoal/workloads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Room, openRoom, started } from './lib/shoal.ts';

let room: Room;

beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

test('three terminals make a mesh, and a job runs on it', { timeout: 90_000 }, async () => {
  await mkdir(join(room.path, 'logs'));
  await writeFile(join(room.path, 'logs/one.txt'), 'to be or not to be\n');
  await writeFile(join(room.path, 'logs/two.txt'), 'the rest is silence\n');

  const a = room.open('up', '--data-dir', 'a');
  const first = await started(a);
  await a.sees(/Alone so far\. Others join by this:\n {2}shoal up --data-dir DIR --bootstrap \/ip4\/127\.0\.0\.1/u);
  const b = room.open('up', '--data-dir', 'b', '--bootstrap', first.address);
  const second = await started(b);
  await b.sees(/^Ready after [\d.]+ m?s: 1 neighbour\. Ctrl-C leaves\.$/mu);
  await a.sees(/^Ready after/mu);

  // A second one in the same place says who is there already.
  const again = await room.run('up', '--data-dir', 'b');
  expect(again).toMatchObject({ code: 4, out: '' });
  expect(again.err).toContain(`process ${b.child.pid}, peer ${second.peer}`);

  const added = await room.run('data', 'add', 'logs', '--data-dir', 'a', '--json');
  expect(JSON.parse(added.out)).toMatchObject({ name: 'logs', shards: 2, here: 2 });

  const ran = await room.run('run', programPath('wordcount'), '--on', 'logs', '--data-dir', 'b');
  expect(ran).toEqual({
    code: 0,
    out: 'word,count\nbe,2\nto,2\nnot,1\nor,1\nword,count\nis,1\nrest,1\nsilence,1\nthe,1\n',
    err: expect.stringMatching(/Done: 2 of 2 units accepted, 4 runs by 2 peers/u),
  });

  // Anybody may look at it later, from any terminal of this user.
  const [list, status, peers] = await Promise.all([room.run('job', 'ls', '--data-dir', 'b', '--json'), room.run('status', '--data-dir', 'b'), room.run('peers', '--data-dir', 'b')]);
  const [job] = (JSON.parse(list.out) as { jobs: { id: string; state: string }[] }).jobs;
  expect(job).toMatchObject({ name: 'wordcount.wasm', state: 'done', accepted: 2 });
  expect(status.out).toContain(second.peer);
  expect(peers.out).toContain(first.peer);
  const results = await room.run('job', 'results', job?.id.slice(-8) ?? '', '--data-dir', 'b', '--out', 'results');
  expect(results).toMatchObject({ code: 0, out: '2 results written to results\n' });
  expect(await readFile(join(room.path, 'results/0001-two.txt/files/words.csv'), 'utf8')).toContain('silence,1');

  // Ctrl-C: a farewell, in time, and nothing of the run is left.
  const begin = performance.now();
  for (const { child } of [a, b]) child.kill('SIGINT');
  expect(await Promise.all([a.ended, b.ended])).toEqual([{ code: 0, signal: null }, { code: 0, signal: null }]);
  expect(performance.now() - begin).toBeLessThan(3_000);
  expect(await readdir(join(room.path, 'b/run'))).toEqual([]);
  expect((await room.run('status', '--data-dir', 'b')).code).toBe(3);
});

test('who stops following leaves the job running, and is told how to come back', { timeout: 90_000 }, async () => {
  const a = room.open('up', '--data-dir', 'a', '--slots', '1');
  await started(a);
  const follower = room.open('run', programPath('walks'), '--quorum', '1', '--count', '2', '--data-dir', 'a', '--', '27');
  await follower.sees(/\d running/u);
  follower.child.kill('SIGINT');
  expect(await follower.ended).toEqual({ code: 130, signal: null });
  const [, id = ''] = /shoal job show (\w+) --data-dir/u.exec(follower.err()) ?? [];
  expect(follower.err()).toContain('The job goes on.');
  expect((await room.run('job', 'show', id, '--data-dir', 'a')).out).toContain('open');
  expect((await room.run('job', 'cancel', id, '--data-dir', 'a')).out).toContain('is cancelled');
  expect(await room.run('job', 'results', id, '--data-dir', 'a')).toMatchObject({ code: 5 });
});

test('a peer survives its terminal, leaves with whoever started it, and comes back as itself after a kill', { timeout: 90_000 }, async () => {
  const deaf = room.open('up', '--data-dir', 'a', '--until-stdin-ends');
  const { peer } = await started(deaf);
  deaf.child.stdout?.destroy();
  deaf.child.stderr?.destroy();
  await expect.poll(async () => (await room.run('status', '--data-dir', 'a')).out, { timeout: 20_000 }).toContain(peer);
  deaf.child.stdin?.end();
  expect(await deaf.ended).toMatchObject({ code: 0 });

  const killed = room.open('up', '--data-dir', 'a');
  await started(killed);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const status = await room.run('status', '--data-dir', 'a');
  expect(status).toMatchObject({ code: 3, err: expect.stringContaining('Start one: shoal up --data-dir') });

  const back = room.open('up', '--data-dir', 'a', '--json');
  const [line] = await back.sees(/^\{"event":"started".*$/mu);
  expect(JSON.parse(line)).toMatchObject({ peer, pid: back.child.pid });
  back.child.kill('SIGTERM');
  expect(await back.ended).toEqual({ code: 0, signal: null });
  expect(back.out()).toMatch(/\{"event":"leaving"\}\n\{"event":"left","afterMs":\d+\}\n$/u);
});
