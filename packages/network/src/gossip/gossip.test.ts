import { multiaddr } from '@multiformats/multiaddr';
import { expect, it } from 'vitest';
import type { PeerId } from '@shoal/runtime';
import { namesOf } from '../names.ts';
import { addressesOf, bytesOf, neighbours, textOf, until, withNetworks } from '../testing/fixture.ts';
import { hostileNode, realNetworks } from '../testing/real-networks.ts';

const topic = 'adverts/1';
const subscribed = { prepare: (network: { subscribe(topic: string): void }) => network.subscribe(topic) };

it('cuts off a neighbour that goes on relaying what is not valid', async () => {
  const hostile = await hostileNode('suite');
  try {
    await withNetworks(realNetworks({ maxGossipStrikesPerMinute: 5 }), async ({ start }) => {
      const victim = await start(subscribed);
      victim.verdict = 'reject';
      const peer = hostile.peerId.toString() as PeerId;
      hostile.services.gossip.subscribe(namesOf('suite').topic(topic));
      await hostile.dial(multiaddr(addressesOf(victim)[0] as string));
      let said = 0;
      await until(
        'it is cut off',
        () => {
          said += 1;
          hostile.services.gossip.publish(namesOf('suite').topic(topic), bytesOf(`lie ${said}`)).catch(() => {});
          return victim.disconnected.includes(peer);
        },
        10_000,
      );
      expect(victim.gossip.length).toBeGreaterThan(5);
      expect(victim.gossip.length).toBeLessThan(said + 1);
    });
  } finally {
    await hostile.stop();
  }
});

it('does not publish what is too large', async () => {
  const harness = realNetworks({ maxGossipBytes: 1_000 });
  await withNetworks(harness, async ({ start }) => {
    const peer = await start(subscribed);
    peer.network.publish(topic, new Uint8Array(1_001));
    expect(harness.metricsOf(peer.network).snapshot()['network_gossip_refused_total']).toBe(1);
  });
});

it('repairs gossip whose stream died while the neighbour stayed', async () => {
  const hostile = await hostileNode('suite');
  try {
    const harness = realNetworks({ upkeepIntervalMs: 100, gossipSettleMs: 200 });
    await withNetworks(harness, async ({ start }) => {
      const peer = await start(subscribed);
      hostile.services.gossip.subscribe(namesOf('suite').topic(topic));
      const heard: string[] = [];
      hostile.services.gossip.addEventListener('message', ({ detail }) => void heard.push(textOf(detail.data)));
      const connection = await hostile.dial(multiaddr(addressesOf(peer)[0] as string));
      const untilHeard = (what: string): Promise<void> => {
        let said = 0;
        return until(`${what} is heard`, () => {
          said += 1;
          peer.network.publish(topic, bytesOf(`${what} ${said}`));
          return heard.some((text) => text.startsWith(what));
        });
      };
      await untilHeard('before');
      for (const stream of connection.streams) if (stream.protocol.startsWith('/meshsub/')) stream.abort(new Error('gone'));
      await untilHeard('after');
      expect(neighbours(peer)).toBe(1);
    });
  } finally {
    await hostile.stop();
  }
});
