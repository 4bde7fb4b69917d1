import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { programPath } from '@shoal/workloads';
import { expect, test } from 'vitest';
import { openRoom, started } from './lib/shoal.ts';

const entry = fileURLToPath(new URL('../../packages/node/src/main.ts', import.meta.url));
/** No file of the peer grows beyond this, as on a disk that is full. */
const limitKibibytes = 1_200;

// Windows has no limit on the size of a file that a process may write.
test.skipIf(process.platform === 'win32')('a peer without room for its journal stops, says why, and has lost nothing that it had acknowledged', { timeout: 120_000 }, async () => {
  await using room = await openRoom();
  const command = `ulimit -f ${limitKibibytes}; exec "$0" --conditions=@shoal/source "$1" up --data-dir full --slots 1`;
  const child = spawn('bash', ['-c', command, process.execPath, entry], { cwd: room.path, stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));

  const done: string[] = [];
  for (let i = 0; child.exitCode === null && i < 40; i += 1) {
    const { code, out } = await room.run('run', programPath('noop'), '--count', '20', '--quorum', '1', '--data-dir', 'full', '--json');
    if (code === 0) done.push((JSON.parse(out) as { job: { id: string } }).job.id);
  }
  expect(await ended).toBe(1);
  expect(err).toMatch(/The peer had to stop: Cannot .*journal\.sqlite/u);
  expect(done.length).toBeGreaterThan(0);

  await started(room.open('up', '--data-dir', 'full', '--slots', '1'));
  const { out } = await room.run('job', 'ls', '--data-dir', 'full', '--json');
  const { jobs } = JSON.parse(out) as { jobs: { id: string; state: string }[] };
  for (const id of done) expect(jobs).toContainEqual(expect.objectContaining({ id, state: 'done' }));
});
