import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addressesOf, bytesOf, neighbours, textOf, until, withNetworks, type Fixture, type Observed } from '../testing/fixture.ts';
import { realNetworks } from '../testing/real-networks.ts';

const topic = 'adverts/1';
const subscribed = { prepare: (network: Observed['network']) => network.subscribe(topic) };

async function meshOf(fixture: Fixture, count: number, knows: (index: number) => number): Promise<Observed[]> {
  const peers: Observed[] = [];
  for (let index = 0; index < count; index += 1) {
    const known = peers[knows(index)];
    peers.push(await fixture.start({ bootstrap: known === undefined ? [] : addressesOf(known), ...subscribed }));
  }
  return peers;
}

async function untilFull(peers: Observed[], floor: number): Promise<void> {
  await until(`all have ${floor} neighbours`, () => peers.every((peer) => peer.network.status().ready && neighbours(peer) >= floor), 20_000);
}

/** A round in which each says one thing, and everybody hears everybody. Gossip begins to flow a moment after two peers have met. */
async function untilAllHearAll(peers: Observed[], name: string): Promise<void> {
  const heard = ({ gossip }: Observed, round: string): number => gossip.filter(({ bytes }) => textOf(bytes).startsWith(`${round} `)).length;
  for (let attempt = 1; ; attempt += 1) {
    const round = `${name}/${attempt}`;
    for (const { network } of peers) network.publish(topic, bytesOf(`${round} of ${network.peerId}`));
    const complete = (): boolean => peers.every((peer) => heard(peer, round) === peers.length - 1);
    try {
      await until(`all hear all (${round})`, complete, 2_000);
      return;
    } catch (error) {
      if (attempt === 8) throw error;
    }
  }
}

it.for([
  ['a chain', (index: number) => index - 1],
  ['a star', (index: number) => (index === 0 ? -1 : 0)],
] as const)('joined as %s, all find neighbours and hear each other, and go on without the first', async ([, knows]) => {
  await withNetworks(realNetworks({ neighbourFloor: 4 }), async (fixture) => {
    const peers = await meshOf(fixture, 9, knows);
    await untilFull(peers, 4);
    await untilAllHearAll(peers, 'first');

    await peers[0]?.network.stop();
    const survivors = peers.slice(1);
    const newcomer = await fixture.start({ bootstrap: addressesOf(survivors[3] as Observed), ...subscribed });
    await untilFull([...survivors, newcomer], 4);
    await untilAllHearAll([...survivors, newcomer], 'second');
  });
});

it('lets neighbours go above the cap, and gossip does not suffer', async () => {
  const limits = { neighbourFloor: 3, neighbourCap: 6, neighbourTarget: 5, trimGraceMs: 300, upkeepIntervalMs: 100, gossipDegree: 3, gossipDegreeMin: 2, gossipDegreeMax: 4 };
  const harness = realNetworks(limits);
  await withNetworks(harness, async (fixture) => {
    const peers = await meshOf(fixture, 10, (index) => (index === 0 ? -1 : 0));
    await untilFull(peers, 3);
    const hub = peers[0] as Observed;
    await until('the hub has let some go', () => (harness.metricsOf(hub.network).snapshot()['network_neighbours_trimmed_total'] ?? 0) > 0);
    await untilFull(peers, 3);
    await untilAllHearAll(peers, 'trimmed');
  });
});

it('comes back into a mesh whose bootstrap is gone, by the peers it remembers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-network-'));
  try {
    const peerStorePath = join(directory, 'peers.json');
    await withNetworks(realNetworks(), async ({ start }) => {
      const bootstrap = await start();
      const other = await start({ bootstrap: addressesOf(bootstrap) });
      await withNetworks(realNetworks({ storeDelayMs: 20 }, { peerStorePath }), async (mine) => {
        const first = await mine.start({ bootstrap: addressesOf(bootstrap) });
        await until('it has met both', () => neighbours(first) === 2);
        await until('both are in its file', () => {
          const content = existsSync(peerStorePath) ? readFileSync(peerStorePath, 'utf8') : '';
          return content.includes(bootstrap.network.peerId) && content.includes(other.network.peerId);
        });
        await first.network.stop();
        await bootstrap.network.stop();

        const second = await mine.start({ bootstrap: addressesOf(bootstrap) });
        await until('it has found the other', () => second.connected.includes(other.network.peerId));
        await until('it is ready', () => second.network.status().ready);
      });
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('starts although the file of known peers is damaged', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-network-'));
  try {
    const peerStorePath = join(directory, 'peers.json');
    for (const content of ['{"peers": [', '{"mesh":"suite","peers":[{"peer":7},null,{"peer":"x","addresses":[]}]}', 'x'.repeat(400_000)]) {
      await writeFile(peerStorePath, content);
      await withNetworks(realNetworks({}, { peerStorePath }), async ({ start }) => {
        const peer = await start();
        await until('it is ready', () => peer.network.status().ready);
      });
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('is not ready while nobody of those it knows answers, and joins once somebody does', async () => {
  await withNetworks(realNetworks({ isolatedBackoffMaxMs: 300 }), async ({ start }) => {
    const gone = await start();
    const address = addressesOf(gone);
    await gone.network.stop();
    const waiting = await start({ bootstrap: address });
    await until('a first round has failed', () => waiting.network.connections().length === 0);
    expect(waiting.network.status().ready).toBe(false);
    const helper = await start({ bootstrap: addressesOf(waiting) });
    await until('both are ready', () => waiting.network.status().ready && helper.network.status().ready);
  });
});
