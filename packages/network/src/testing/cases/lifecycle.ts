import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.ts';
import { addressesOf, neighbours, until, withNetworks } from '../fixture.ts';

export const lifecycleCases: ConformanceCase[] = [
  {
    name: 'is ready alone, at once, when it knows nobody',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const alone = await start();
        await until('it is ready', () => alone.network.status().ready, 2_000);
        const status = alone.network.status();
        assert.equal(status.neighbours, 0);
        assert.equal(typeof status.readyAfterMs, 'number');
        assert.ok(status.addresses.length > 0);
        assert.ok(status.addresses.every((address) => address.endsWith(`/p2p/${alone.network.peerId}`)));
      }),
  },
  {
    name: 'joins by an address, and both sides learn of it',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        assert.deepEqual(one.connected, [other.network.peerId]);
        assert.deepEqual(other.connected, [one.network.peerId]);
        await until('both are ready', () => one.network.status().ready && other.network.status().ready);
        assert.deepEqual(
          one.network.connections().map(({ peer }) => peer),
          [other.network.peerId],
        );
      }),
  },
  {
    name: 'dials an address, and answers with the peer behind it',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start();
        const other = await start();
        assert.equal(await one.network.dial(addressesOf(other)[0] as string), other.network.peerId);
        await until('both are neighbours', () => neighbours(one) === 1 && neighbours(other) === 1);
      }),
  },
  {
    name: 'fails to dial where nobody is, and what is no address',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start();
        const gone = await start();
        const address = addressesOf(gone)[0] as string;
        await gone.network.stop();
        await assert.rejects(one.network.dial(address), { code: 'dial-failed' });
        await assert.rejects(one.network.dial('nonsense'), { code: 'address-invalid' });
        await assert.rejects(one.network.dial('/ip4/127.0.0.1/tcp/1'), { code: 'address-invalid' });
      }),
  },
  {
    name: 'tells when a neighbour stops',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        await other.network.stop();
        await until('the other is gone', () => neighbours(one) === 0);
        assert.deepEqual(one.disconnected, [other.network.peerId]);
      }),
  },
  {
    name: 'stops within two seconds, more than once, and does nothing afterwards',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        const startedAt = performance.now();
        await Promise.all([one.network.stop(), one.network.stop()]);
        assert.ok(performance.now() - startedAt < 2_000);
        assert.equal(one.network.send(other.network.peerId, Uint8Array.of(1)), false);
        one.network.publish('topic', Uint8Array.of(1));
        assert.equal(one.network.status().ready, false);
        await assert.rejects(one.network.start());
      }),
  },
  {
    name: 'has nothing to do with another mesh',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start({ mesh: 'suite' });
        const other = await start({ mesh: 'other' });
        await assert.rejects(one.network.dial(addressesOf(other)[0] as string), { code: 'dial-failed' });
        one.network.learnAddresses(other.network.peerId, addressesOf(other));
        one.network.send(other.network.peerId, Uint8Array.of(1));
        const signal = AbortSignal.timeout(500);
        await assert.rejects(one.network.open(other.network.peerId, '/suite/echo/1', { signal }));
        assert.equal(neighbours(one), 0);
        assert.equal(neighbours(other), 0);
        assert.deepEqual(other.messages, []);
        assert.deepEqual(other.connected, []);
      }),
  },
];
