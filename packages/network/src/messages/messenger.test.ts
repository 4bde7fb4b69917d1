import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { addressesOf, bytesOf, neighbours, textOf, until, withNetworks } from '../testing/fixture.ts';
import { realNetworks } from '../testing/real-networks.ts';

it('opens its stream anew after the connection broke', async () => {
  await withNetworks(realNetworks(), async ({ start }) => {
    const receiver = await start();
    const address = addressesOf(receiver);
    const sender = await start({ bootstrap: address });
    sender.network.send(receiver.network.peerId, bytesOf('before'));
    await until('the first is there', () => receiver.messages.length === 1);
    // The receiver's end vanishes and comes back at the same address, as another process would.
    await receiver.network.stop();
    await until('the sender noticed', () => neighbours(sender) === 0);
    const back = await start({ bootstrap: addressesOf(sender) });
    await until('somebody is there', () => neighbours(sender) === 1);
    sender.network.send(back.network.peerId, bytesOf('after'));
    await until('the second is there', () => back.messages.some(({ bytes }) => textOf(bytes) === 'after'));
  });
});

it('drops messages that could not be handed over in time, and takes new ones', async () => {
  const harness = realNetworks({ messageTtlMs: 300, messageBackoffMs: 20, messageBackoffMaxMs: 50, maxQueuedMessages: 10 });
  await withNetworks(harness, async ({ start }) => {
    const sender = await start();
    const gone = await start();
    const address = addressesOf(gone);
    const peer: PeerId = gone.network.peerId;
    await gone.network.stop();
    sender.network.learnAddresses(peer, address);
    const taken = Array.from({ length: 15 }, () => sender.network.send(peer, bytesOf('nobody reads this')));
    expect(taken.filter(Boolean)).toHaveLength(10);
    const dropped = (): number => harness.metricsOf(sender.network).snapshot()['network_messages_dropped_total'] ?? 0;
    await until('they are dropped', () => dropped() === 10);
    expect(sender.network.send(peer, bytesOf('a new one'))).toBe(true);
  });
});
