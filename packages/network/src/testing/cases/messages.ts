import assert from 'node:assert/strict';
import type { PeerId } from '@shoal/runtime';
import type { ConformanceCase } from './case.ts';
import { addressesOf, bytesOf, textOf, until, withNetworks } from '../fixture.ts';

export const messageCases: ConformanceCase[] = [
  {
    name: 'carries messages both ways, in order, each once',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        const texts = Array.from({ length: 500 }, (_, index) => `message ${index}`);
        for (const text of texts) {
          assert.equal(one.network.send(other.network.peerId, bytesOf(text)), true);
          assert.equal(other.network.send(one.network.peerId, bytesOf(text)), true);
        }
        await until('all are there', () => one.messages.length === texts.length && other.messages.length === texts.length);
        assert.deepEqual(other.messages.map(({ bytes }) => textOf(bytes)), texts);
        assert.deepEqual(one.messages.map(({ bytes }) => textOf(bytes)), texts);
        assert.ok(other.messages.every(({ from }) => from === one.network.peerId));
      }),
  },
  {
    name: 'carries a message of the largest size, and refuses a larger one at once',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        const largest = new Uint8Array(harness.maxMessageBytes).fill(7);
        assert.equal(one.network.send(other.network.peerId, largest), true);
        assert.equal(one.network.send(other.network.peerId, new Uint8Array(harness.maxMessageBytes + 1)), false);
        await until('it is there', () => other.messages.length === 1);
        assert.equal(Buffer.compare(Buffer.from(other.messages[0]?.bytes as Uint8Array), largest), 0);
      }),
  },
  {
    name: 'dials for a message when it has learned the address',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start();
        const other = await start();
        one.network.learnAddresses(other.network.peerId, addressesOf(other));
        one.network.send(other.network.peerId, bytesOf('hello'));
        await until('it is there', () => other.messages.length === 1);
        assert.equal(other.messages[0]?.from, one.network.peerId);
      }),
  },
  {
    name: 'carries messages although both sides begin at once',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start();
        const other = await start();
        one.network.learnAddresses(other.network.peerId, addressesOf(other));
        other.network.learnAddresses(one.network.peerId, addressesOf(one));
        one.network.send(other.network.peerId, bytesOf('from one'));
        other.network.send(one.network.peerId, bytesOf('from other'));
        await until('both are there', () => one.messages.length === 1 && other.messages.length === 1);
      }),
  },
  {
    name: 'refuses messages when too many wait for a peer that cannot be reached',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const one = await start();
        const nobody = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo' as PeerId;
        const large = new Uint8Array(harness.maxMessageBytes);
        let taken = 0;
        while (taken < 10_000 && one.network.send(nobody, large)) taken += 1;
        assert.ok(taken > 0 && taken < 10_000, `${taken} messages were taken`);
      }),
  },
  {
    name: 'goes on when a handler fails',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        other.failure = new Error('a handler that fails');
        one.network.send(other.network.peerId, bytesOf('first'));
        await until('the first is there', () => other.messages.length === 1);
        other.failure = undefined;
        one.network.send(other.network.peerId, bytesOf('second'));
        await until('the second is there', () => other.messages.length === 2);
      }),
  },
  {
    name: 'finds a peer again that stopped and came back elsewhere',
    run: (harness) =>
      withNetworks(harness, async ({ pair, start }) => {
        const [one, other] = await pair();
        one.network.send(other.network.peerId, bytesOf('first'));
        await until('the first is there', () => other.messages.length === 1);
        const third = await start({ bootstrap: addressesOf(one) });
        await until('the third is a neighbour', () => one.network.status().neighbours === 2);
        await other.network.stop();
        one.network.send(third.network.peerId, bytesOf('second'));
        await until('the second is there', () => third.messages.length === 1);
      }),
  },
];
