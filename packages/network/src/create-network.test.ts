import { expect, it } from 'vitest';
import { createMetrics, generateSeed, signerFromSeed, silentLogger, systemClock, systemRandom } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import { createNetwork } from './create-network.ts';
import type { NetworkOptions } from './options.ts';
import { addressesOf, neighbours, until, withNetworks } from './testing/fixture.ts';
import { realNetworks } from './testing/real-networks.ts';

const options: NetworkOptions = {
  seed: generateSeed(),
  mesh: 'suite',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: [],
  mdns: false,
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  metrics: createMetrics(),
};

it('says what is wrong with its options', () => {
  expect(() => createNetwork({ ...options, seed: new Uint8Array(31) })).toThrow(expect.objectContaining({ code: 'network-options-invalid' }));
  expect(() => createNetwork({ ...options, mesh: 'My Mesh' })).toThrow(expect.objectContaining({ code: 'network-options-invalid' }));
  expect(() => createNetwork({ ...options, bootstrap: ['localhost:4001'] })).toThrow(expect.objectContaining({ code: 'address-invalid' }));
});

it('has the same peer id for the same seed', () => {
  expect(createNetwork(options).peerId).toBe(createNetwork(options).peerId);
  expect(createNetwork(options).peerId).toBe(peerIdOf(signerFromSeed(options.seed).publicKey));
});

it('says that a port is taken, and stops cleanly', async () => {
  await withNetworks(realNetworks(), async ({ start }) => {
    const holder = await start();
    const listen = addressesOf(holder).map((address) => address.slice(0, address.indexOf('/p2p/')));
    const second = createNetwork({ ...options, seed: generateSeed(), listen });
    second.setHandlers({ message: () => {}, gossip: () => 'ignore', peerConnected: () => {}, peerDisconnected: () => {} });
    await expect(second.start()).rejects.toMatchObject({ code: 'listen-failed' });
    await second.stop();
  });
});

it('stops within two seconds although a stream to it is stuck, and leaves no handle', async () => {
  const handles = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
  const before = handles();
  await withNetworks(realNetworks(), async ({ pair }) => {
    const [one, other] = await pair((network) => network.serve('/stuck/1', () => new Promise(() => {})));
    const stream = await one.network.open(other.network.peerId, '/stuck/1', { signal: AbortSignal.timeout(5_000) });
    const writing = (async () => {
      for (;;) await stream.write(new Uint8Array(1_048_576));
    })().catch(() => 'cut');
    await until('the window is full', () => one.network.status().bytesSent > 250_000);
    one.network.send(other.network.peerId, new Uint8Array(1_000));
    const startedAt = performance.now();
    await one.network.stop();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await writing).toBe('cut');
    await until('the other noticed', () => neighbours(other) === 0);
  });
  await until('all sockets are closed', () => handles() <= before);
});

it('stops while it is starting and joining', async () => {
  await withNetworks(realNetworks(), async ({ start }) => {
    const first = await start();
    const network = realNetworks().create({ mesh: 'suite', bootstrap: addressesOf(first) });
    network.setHandlers({ message: () => {}, gossip: () => 'ignore', peerConnected: () => {}, peerDisconnected: () => {} });
    const starting = network.start().catch(() => 'stopped');
    await network.stop();
    await starting;
    expect(network.status().ready).toBe(false);
    await expect(network.dial(addressesOf(first)[0] as string)).rejects.toMatchObject({ code: 'network-not-running' });
    await until('nothing of it is left', () => neighbours(first) === 0);
  });
});
