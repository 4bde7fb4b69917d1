import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bin = new URL('../../bin/shoal.js', import.meta.url).pathname;
const shoal = (...args: string[]): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, [bin, ...args]);

const names = [
  'seed', 'peers', 'jobs', 'unitsAccepted', 'unitsLost', 'wrongAccepted', 'executions', 'replicationOverhead', 'makespanVsIdeal',
  'firstBidMsP50', 'firstBidMsP99', 'messagesPerPeerMinute', 'bytesPerPeerMinute', 'violations', 'traceHash', 'wallMs',
];

test('prints its figures under their names, and writes a page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-simulate-'));
  try {
    const page = join(folder, 'mesh.html');
    const small = ['--peers', '10', '--jobs', '1', '--units', '4', '--unit-seconds', '5', '--hours', '0.1', '--seed', '7'];
    const { stdout } = await shoal('simulate', ...small, '--json', '--html', page);
    const figures = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(figures)).toEqual(names);
    expect(figures).toMatchObject({ seed: 7, peers: 10, unitsAccepted: 4, unitsLost: 0, violations: 0 });
    expect(await readFile(page, 'utf8')).toContain('<svg');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('sweeps random worlds in several processes', async () => {
  const { stdout } = await shoal('simulate', '--sweep', '2', '--seed', '5', '--processes', '2', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ seeds: 2, failed: [] });
});

test('a page that could not be written is an error at once, not after hours of simulating', async () => {
  const long = ['--peers', '2000', '--hours', '300', '--html'];
  await expect(shoal('simulate', ...long, '/nowhere/mesh.html')).rejects.toMatchObject({ stderr: expect.stringContaining('Cannot write to /nowhere/mesh.html') as string });
  await expect(shoal('simulate', ...long, tmpdir())).rejects.toMatchObject({ stderr: expect.stringContaining('it is a folder') as string });
});

test('a mesh at rest tells its traffic without that of joining, and nothing of jobs', async () => {
  const { stdout } = await shoal('simulate', '--peers', '8', '--jobs', '0', '--hours', '0.1');
  expect(stdout).toMatch(/at rest +[\d,.]+ messages and .* a peer and minute, from minute 3/u);
  expect(stdout).not.toContain('units');
});

test('says what a share looks like', async () => {
  await expect(shoal('simulate', '--churn', 'much')).rejects.toMatchObject({ code: 2 });
});
