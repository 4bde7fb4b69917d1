import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateSeed, silentLogger, signerFromSeed, systemClock, type PeerId } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import { networkDefaults } from '../defaults.ts';
import { createKnownPeers, type KnownPeers } from './known-peers.ts';

const aPeer = (): PeerId => peerIdOf(signerFromSeed(generateSeed()).publicKey);
const address = '/ip4/192.0.2.1/tcp/4001';
const self = aPeer();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shoal-known-'));
});
afterEach(() => rm(directory, { recursive: true }));

function open(mesh = 'suite', limits = {}): KnownPeers {
  return createKnownPeers({
    self,
    path: join(directory, 'deep', 'peers.json'),
    mesh,
    clock: systemClock,
    logger: silentLogger,
    limits: { ...networkDefaults, storeDelayMs: 5, ...limits },
  });
}

it('remembers those it met, last met first, and not those it only heard of', async () => {
  const [one, two, heardOf] = [aPeer(), aPeer(), aPeer()] as const;
  const before = open();
  for (const peer of [one, two, heardOf, self]) before.learn(peer, [address]);
  before.met(one);
  before.met(two);
  await before.close();
  expect(await readdir(join(directory, 'deep'))).toEqual(['peers.json']);

  const after = open();
  await after.load();
  expect(after.list().map(({ peer }) => peer)).toEqual([two, one]);
  expect(after.addressesOf(one)).toEqual([address]);
});

it('takes nothing from the file of another mesh', async () => {
  const before = open();
  const peer = aPeer();
  before.learn(peer, [address]);
  before.met(peer);
  await before.close();
  const after = open('other');
  await after.load();
  expect(after.list()).toEqual([]);
});

it('is bounded, and lets those go first that it only heard of', async () => {
  const known = open('suite', { maxKnownPeers: 5, maxStoredPeers: 2, maxAddressesPerPeer: 1 });
  const met = [aPeer(), aPeer(), aPeer()];
  for (const peer of met) {
    known.learn(peer, [address, '/ip4/192.0.2.2/tcp/1']);
    known.met(peer);
  }
  for (let index = 0; index < 50; index += 1) known.learn(aPeer(), [address]);
  expect(known.list()).toHaveLength(5);
  expect(met.every((peer) => known.addressesOf(peer).length === 1)).toBe(true);
  await known.close();
  const file = JSON.parse(await readFile(join(directory, 'deep', 'peers.json'), 'utf8')) as { peers: unknown[] };
  expect(file.peers).toHaveLength(2);
});
