import { stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ShoalError, silentLogger, systemClock } from '@shoal/runtime';
import { type ApiClient, createApiClient } from '../client/client.ts';
import { limits } from '../limits.ts';
import { type Script, jobId, jobView, peerId, scriptedPeer, unitResult } from '../testing/scripted-peer.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { serveApi } from './server.ts';

let scope: AsyncDisposableStack;
let socketPath: string;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  socketPath = join(scope.use(await tempDir()).path, 'api.sock');
});
afterEach(() => scope.disposeAsync());

async function serve(script: Script = {}): Promise<{ client: ApiClient; peer: ReturnType<typeof scriptedPeer>; close: () => Promise<void> }> {
  const peer = scriptedPeer(script);
  const server = await serveApi({ peer, socketPath, clock: systemClock, logger: silentLogger });
  scope.defer(() => server.close());
  return { peer, client: createApiClient({ dataDir: '/data', socketPath }), close: () => server.close() };
}

/** A request as only a foreign program would make it. */
function raw(method: string, path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('only its owner may open the socket', async () => {
  await serve();
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
});

test('status and peers come over whole', async () => {
  const { client } = await serve({ status: { neighbours: 7 } });
  expect(await client.status()).toMatchObject({ peer: peerId, neighbours: 7, pid: process.pid });
  expect(await client.peers()).toEqual([]);
});

test('a dataset is added with its progress', async () => {
  const { client, peer } = await serve();
  const added = await client.addData({ path: '/tmp/logs', name: 'logs', only: ['a'] });
  expect(added).toMatchObject({ name: 'logs', here: 1 });
  expect(peer.added).toEqual([{ path: '/tmp/logs', name: 'logs', only: ['a'] }]);
});

test('a dataset is fetched and removed by whatever names it', async () => {
  const { client, peer } = await serve();
  expect(await client.removeData('my logs/2026')).toEqual({ freedBytes: 10 });
  expect(await client.getData(jobId, '/tmp/out')).toEqual({ bytes: 7 });
  expect(peer.named).toEqual(['my logs/2026', jobId]);
});

test('a job is posted, watched to its end, and its results read', async () => {
  const views = [jobView(), jobView({ accepted: 1 }), jobView({ accepted: 2, state: 'done', finishedAt: 2_000 })];
  const file = { path: 'a/b.txt', bytes: 2, read: async () => Buffer.from('hi') };
  const { client, peer } = await serve({ views, results: [unitResult(1, 'b\n'), unitResult(0, 'a\n', { shard: 'part-00', files: [file] })] });
  const { job } = await client.submit({ program: '/p.wasm', on: 'logs', quorum: 2, move: 'never', args: ['{input}'] });
  expect(peer.submitted).toEqual([{ program: '/p.wasm', on: 'logs', quorum: 2, move: 'never', args: ['{input}'] }]);
  const seen = [];
  for await (const view of client.watch(job.id)) seen.push(view.accepted);
  expect(seen).toEqual([0, 1, 2]);
  const results = [];
  for await (const result of client.results(job.id)) results.push(result);
  expect(results.map((result) => [result.unit, Buffer.from(result.stdout, 'base64').toString(), result.shard])).toEqual([[1, 'b\n', undefined], [0, 'a\n', 'part-00']]);
  expect(Buffer.from(await client.resultFile(job.id, 0, 'a/b.txt')).toString()).toBe('hi');
  await expect(client.resultFile(job.id, 0, 'none')).rejects.toMatchObject({ code: 'api-route-unknown' });
});

test('a watcher sees also what changes without news', async () => {
  const { client, peer } = await serve({ views: [jobView(), jobView({ state: 'done' })], pauseAfterFirstView: true });
  const views = client.watch(jobId);
  expect((await views.next()).value).toMatchObject({ running: 0 });
  peer.setView(jobView({ running: 2 }));
  expect((await views.next()).value).toMatchObject({ running: 2 });
  peer.resume();
  expect((await views.next()).value).toMatchObject({ state: 'done' });
  expect((await views.next()).done).toBe(true);
});

test("the peer's own errors arrive with code, text and hint", async () => {
  const refuse = new ShoalError('selector-invalid', 'Cannot read the selector "region="', { hint: 'Write region=eu.' });
  const { client } = await serve({ refuse });
  await expect(client.submit({ program: '/p.wasm' })).rejects.toMatchObject({ code: 'selector-invalid', message: refuse.message, hint: refuse.hint });
  await expect(client.job('nothing')).rejects.toMatchObject({ code: 'job-unknown' });
});

test('who leaves a stream ends it at the peer', async () => {
  const { client, peer } = await serve({ results: [unitResult(0, 'a')], endless: true });
  const stop = new AbortController();
  const first = client.results(jobId, { signal: stop.signal });
  await first.next();
  expect(peer.openStreams).toBe(1);
  stop.abort(new Error('enough'));
  await expect(first.next()).rejects.toThrow('enough');
  await expect.poll(() => peer.openStreams).toBe(0);
});

test('a peer that stops while it is asked is told from an answer that ended', async () => {
  const { client, close } = await serve({ results: [unitResult(0, 'a')], endless: true });
  const results = client.results(jobId);
  await results.next();
  await close();
  await expect(results.next()).rejects.toMatchObject({ code: 'peer-not-running' });
  await expect(client.status()).rejects.toMatchObject({ code: 'peer-not-running', hint: expect.stringContaining('shoal up --data-dir /data') });
});

test('what is no proper request is refused with a reason', async () => {
  await serve();
  expect(await raw('GET', '/v1/nothing', '')).toMatchObject({ status: 404, text: expect.stringContaining('api-route-unknown') });
  expect(await raw('POST', '/v1/jobs', '{"program":')).toMatchObject({ status: 400, text: expect.stringContaining('as JSON') });
  expect(await raw('POST', '/v1/jobs', '{"program":"/p","quorum":"two"}')).toMatchObject({ status: 400, text: expect.stringContaining('quorum') });
  expect(await raw('POST', '/v1/jobs', '{"program":"/p","surprise":1}')).toMatchObject({ status: 400, text: expect.stringContaining('surprise') });
  expect(await raw('POST', '/v1/data', '{"path":"relative"}')).toMatchObject({ status: 400, text: expect.stringContaining('absolute') });
  expect(await raw('GET', '/v1/jobs?limit=99999', '')).toMatchObject({ status: 400 });
  expect(await raw('GET', '/v1/credit?limit=0', '')).toMatchObject({ status: 400 });
  expect(await raw('POST', '/v1/jobs', '{"program":"/p","deadlineMs":0}')).toMatchObject({ status: 400, text: expect.stringContaining('deadlineMs') });
  expect(await raw('GET', '/v1/jobs/%E0%A4%A', '')).toMatchObject({ status: 404 });
});

test('a request past its bound is cut off, and the server goes on', async () => {
  const { client } = await serve();
  // The server may hang up before all is sent, or answer first; never anything else.
  const answer = await raw('POST', '/v1/jobs', `{"program":"${'x'.repeat(limits.maxRequestBytes)}"}`).catch(() => undefined);
  if (answer !== undefined) expect(answer).toMatchObject({ status: 413, text: expect.stringContaining('api-request-too-large') });
  expect((await client.status()).peer).toBe(peerId);
});

test('a line of garbage does not end the server', async () => {
  const { client } = await serve();
  const socket = createConnection(socketPath);
  socket.on('error', () => undefined).resume();
  socket.write('\u0000\u0001 nonsense\r\n\r\n');
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
  expect((await client.status()).peer).toBe(peerId);
});
