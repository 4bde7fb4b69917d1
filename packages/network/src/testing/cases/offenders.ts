import assert from 'node:assert/strict';
import { networkDefaults } from '../../defaults.ts';
import { addressesOf, bytesOf, neighbours, until, withNetworks } from '../fixture.ts';
import type { ConformanceCase } from './case.ts';

const { maxOffencePoints } = networkDefaults;

export const offenderCases: ConformanceCase[] = [
  {
    name: 'bears with a peer that is reported for little',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        one.network.report(other.network.peerId, maxOffencePoints / 2, 'a mistake');
        other.network.send(one.network.peerId, bytesOf('still here'));
        await until('it is heard', () => one.messages.length === 1);
        assert.deepEqual(one.disconnected, []);
      }),
  },
  {
    name: 'cuts off a peer that is reported for too much, hears it no more, and hears others',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const victim = await start();
        const [offender, honest] = [await start({ bootstrap: addressesOf(victim) }), await start({ bootstrap: addressesOf(victim) })];
        const { peerId } = offender.network;
        await until('both are neighbours', () => neighbours(victim) === 2);
        victim.network.report(peerId, 0.6 * maxOffencePoints, 'forged');
        victim.network.report(peerId, 0.6 * maxOffencePoints, 'forged');
        await until('it is cut off', () => victim.disconnected.includes(peerId));
        offender.network.send(victim.network.peerId, bytesOf('again'));
        // Whoever dials may believe in its connection for a moment; whoever refuses it never does.
        await offender.network.dial(addressesOf(victim)[0] as string).catch(() => 'refused');
        honest.network.send(victim.network.peerId, bytesOf('still here'));
        await until('the honest one is heard', () => victim.messages.length > 0);
        assert.deepEqual(victim.messages.map(({ from }) => from), [honest.network.peerId]);
        assert.equal(victim.connected.filter((peer) => peer === peerId).length, 1);
        await assert.rejects(victim.network.open(peerId, '/suite/echo/1', { signal: AbortSignal.timeout(500) }));
      }),
  },
];
