import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ShoalError, silentLogger, systemClock } from '@shoal/runtime';
import { connect } from '../client/connect.ts';
import { limits } from '../limits.ts';
import { peerId, scriptedPeer } from '../testing/scripted-peer.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { codeCacheFolder } from './code-cache.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { runPaths } from './paths.ts';
import { writeRunFile } from './run-file.ts';

let scope: AsyncDisposableStack;
let dataDir: string;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  dataDir = join(scope.use(await tempDir()).path, 'data');
});
afterEach(() => scope.disposeAsync());

async function start(dir = dataDir, peer = scriptedPeer()): Promise<Daemon> {
  const daemon = await startDaemon({ dataDir: dir, clock: systemClock, logger: silentLogger, createPeer: async () => peer });
  scope.defer(() => daemon.stop());
  return daemon;
}

test('a command finds the peer of a data directory, and nobody when it has stopped', async () => {
  await expect(connect(dataDir)).rejects.toMatchObject({ code: 'peer-not-running', hint: `Start one: shoal up --data-dir ${dataDir}` });
  const peer = scriptedPeer();
  const daemon = await start(dataDir, peer);
  expect((await (await connect(dataDir)).status()).peer).toBe(peerId);
  await daemon.stop();
  expect(peer.stopped).toBe(true);
  await expect(connect(dataDir)).rejects.toMatchObject({ code: 'peer-not-running' });
  expect(await readdir(runPaths(dataDir).folder)).toEqual([]);
});

test('a second one in the same directory is told who runs there', async () => {
  await start();
  const locked = new ShoalError('store-locked', 'Cannot open it');
  const second = startDaemon({ dataDir, clock: systemClock, logger: silentLogger, createPeer: () => Promise.reject(locked) });
  await expect(second).rejects.toMatchObject({ code: 'peer-already-running', message: expect.stringContaining(`process ${process.pid}, peer ${peerId}`) });
  expect((await (await connect(dataDir)).status()).peer).toBe(peerId);
});

test('a directory is free again after a stop, and after a start that failed', async () => {
  const failing = startDaemon({ dataDir, clock: systemClock, logger: silentLogger, createPeer: () => Promise.reject(new Error('no port')) });
  await expect(failing).rejects.toThrow('no port');
  await (await start()).stop();
  await (await start()).stop();
});

test('what a killed peer left behind misleads nobody', async () => {
  const { folder, runFile } = runPaths(dataDir);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'api.sock'), '');
  await writeRunFile(runFile, { pid: process.pid, startedAt: 0, peer: peerId, socketPath: join(folder, 'api.sock') });
  const client = await connect(dataDir);
  await expect(client.status()).rejects.toMatchObject({ code: 'peer-not-running', message: expect.stringContaining('without tidying up') });
  await start();
  expect((await (await connect(dataDir)).status()).peer).toBe(peerId);
});

test('a run file of a dead process, or one that is none, counts as nobody', async () => {
  const { folder, runFile } = runPaths(dataDir);
  await mkdir(folder, { recursive: true });
  await writeRunFile(runFile, { pid: 2 ** 22 - 1, startedAt: 0, peer: peerId, socketPath: '/none' });
  await expect(connect(dataDir)).rejects.toThrow('none is running there');
  await writeFile(runFile, '{"pid": 1');
  await expect(connect(dataDir)).rejects.toThrow('none is running there');
});

test('others can enter neither the run folder nor the socket, however they were before', async () => {
  const { folder } = runPaths(dataDir);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  const daemon = await start();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(daemon.socketPath)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'peer.json'))).mode & 0o777).toBe(0o600);
});

test('compiled code is kept only where nobody else can put any', async () => {
  expect(await codeCacheFolder(dataDir)).toBe(join(dataDir, 'cache/code'));
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  for (const open of ['.', 'cache']) {
    await chmod(join(dataDir, open), 0o777);
    expect(await codeCacheFolder(dataDir)).toBeUndefined();
    await chmod(join(dataDir, open), 0o755);
  }
  expect(await codeCacheFolder(dataDir)).toBeDefined();
  const elsewhere = scope.use(await tempDir()).path;
  await symlink(dataDir, join(elsewhere, 'cache'));
  expect(await codeCacheFolder(elsewhere)).toBeUndefined();
});

test('a run folder that leads elsewhere is refused', async () => {
  await mkdir(dataDir, { recursive: true });
  const elsewhere = scope.use(await tempDir()).path;
  await symlink(elsewhere, runPaths(dataDir).folder);
  await expect(start()).rejects.toMatchObject({ code: 'data-dir-unusable' });
});

test('a path too long for a socket gets one elsewhere, which goes with the peer', async () => {
  const deep = join(dataDir, 'd'.repeat(limits.maxSocketPathBytes));
  const daemon = await start(deep);
  expect(Buffer.byteLength(daemon.socketPath)).toBeLessThanOrEqual(limits.maxSocketPathBytes);
  expect((await (await connect(deep)).status()).peer).toBe(peerId);
  await daemon.stop();
  await expect(stat(daemon.socketPath)).rejects.toThrow('ENOENT');
  await expect(stat(join(daemon.socketPath, '..'))).rejects.toThrow('ENOENT');
});

test('a data directory that cannot be made is an error with its path', async () => {
  const file = join(scope.use(await tempDir()).path, 'file');
  await writeFile(file, '');
  await expect(start(join(file, 'data'))).rejects.toMatchObject({ code: 'data-dir-unusable', message: expect.stringContaining(file) });
});
