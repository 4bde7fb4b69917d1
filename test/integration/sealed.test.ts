import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPeerProcess, type PeerProcess } from './support/peer-process.ts';

const units = 10;
/** What a unit puts out: one in two lies inside its result, the others are linked. */
const marker = 'the patient is called Anna';
const program = `
const unit = shoal.unit.index;
let sum = 0;
for (let i = 0; i < 4000000; i += 1) sum += i % 7;
shoal.print((unit + ' ${marker.slice(0, 8)}' + '${marker.slice(8)}\\n').repeat(unit % 2 === 0 ? 1 : 4000));
`;
const textOf = (unit: number): string => `${unit} ${marker}\n`.repeat(unit % 2 === 0 ? 1 : 4_000);
/** A keeper is named a second after posting, and each unit takes some seconds; a steward waits a quarter of a minute. */
const patienceMs = 300_000;

let folder: string;
let peers: Map<string, PeerProcess>;
let meetingPoint: string;

async function start(name: string, roles: ('steward' | 'keeper')[] = []): Promise<PeerProcess> {
  const bootstrap = meetingPoint === '' ? [] : [meetingPoint];
  const peer = await startPeerProcess({ dataDir: join(folder, name), mesh: 'sealed', slots: name.startsWith('worker') ? 1 : 0, roles, bootstrap });
  if (meetingPoint === '') meetingPoint = peer.address;
  peers.set(name, peer);
  return peer;
}

/** Files below a folder that have the bytes in them. */
async function filesWith(dir: string, bytes: string): Promise<string[]> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = [];
  for (const file of files) if ((await readFile(file)).includes(bytes)) found.push(file);
  return found;
}

/** Posts the job, kills its requester when it is entrusted, and waits until stewards have finished it and keepers hold it. */
async function leaveItToOthers(seal: 'auto' | 'never'): Promise<void> {
  const keeper = await start('keeper', ['steward', 'keeper']);
  await Promise.all([start('worker-a'), start('worker-b')]);
  const requester = await start('requester');
  const path = join(folder, 'program.js');
  await writeFile(path, program);
  requester.tell({ do: 'submit', request: { program: path, count: units, window: 1, wallMs: 120_000, stewards: 1, keepers: 1, seal } });
  await requester.until(() => requester.heard('result').length > 0); // both workers are known by then
  await keeper.until(() => (keeper.heard('entrusted').at(-1)?.jobs ?? 0) > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await requester.kill();
  expect(requester.heard('result').length).toBeLessThan(units);
  await keeper.until(() => keeper.heard('over').length > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // what it keeps arrives
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-sealed-'));
  peers = new Map();
  meetingPoint = '';
});
afterEach(async () => {
  await Promise.all([...peers.values()].map((peer) => peer.kill()));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('reach a requester that was away, with all workers gone, from a keeper that cannot read them', { timeout: patienceMs }, async () => {
  await leaveItToOthers('auto');
  await Promise.all(['worker-a', 'worker-b'].map((name) => peers.get(name)?.kill()));
  expect(await filesWith(join(folder, 'keeper'), marker)).toEqual([]);
  for (const worker of ['worker-a', 'worker-b']) expect(await filesWith(join(folder, worker), marker)).toEqual([]);
  const again = await start('requester');
  again.tell({ do: 'resume' });
  await again.until(() => again.heard('end').length > 0);
  expect(again.heard('end')).toEqual([{ is: 'end', state: 'done', accepted: units }]);
  const texts = new Map(again.heard('result').map(({ unit, text }) => [unit, text]));
  for (let unit = 0; unit < units; unit += 1) expect(texts.get(unit)).toBe(textOf(unit));
  expect(await filesWith(join(folder, 'requester'), marker)).not.toEqual([]); // there they are for those who may
});

it('lie open at a keeper where the job says so', { timeout: patienceMs }, async () => {
  await leaveItToOthers('never');
  expect(await filesWith(join(folder, 'keeper'), marker)).not.toEqual([]);
});
