import { multiaddr } from '@multiformats/multiaddr';
import { encode } from 'it-length-prefixed';
import { Uint8ArrayList } from 'uint8arraylist';
import { expect, it } from 'vitest';
import { systemClock, type PeerId } from '@shoal/runtime';
import type { MeshNode } from '../composition.ts';
import type { NetworkLimits } from '../defaults.ts';
import { namesOf } from '../names.ts';
import { writeTo } from '../streams/write-side.ts';
import { addressesOf, bytesOf, neighbours, until, withNetworks, type Observed } from '../testing/fixture.ts';
import { hostileNode, realNetworks } from '../testing/real-networks.ts';

const names = namesOf('suite');

async function withHostile(limits: Partial<NetworkLimits>, body: (victim: Observed, hostile: MeshNode, honest: Observed) => Promise<void>): Promise<void> {
  const hostile = await hostileNode('suite');
  try {
    await withNetworks(realNetworks(limits), async ({ start }) => {
      const victim = await start();
      const honest = await start({ bootstrap: addressesOf(victim) });
      await until('the honest one is a neighbour', () => neighbours(victim) === 1);
      await hostile.dial(multiaddr(addressesOf(victim)[0] as string));
      await until('the hostile one is a neighbour', () => neighbours(victim) === 2);
      await body(victim, hostile, honest);
      honest.network.send(victim.network.peerId, bytesOf('still here'));
      await until('the honest one is heard', () => victim.messages.some(({ from }) => from === honest.network.peerId));
    });
  } finally {
    await hostile.stop();
  }
}

const openMessages = (hostile: MeshNode, victim: Observed) => hostile.dialProtocol(multiaddr(addressesOf(victim)[0] as string), names.messages);

it('cuts off who announces a message beyond the limit, before its bytes are taken', async () => {
  await withHostile({}, async (victim, hostile) => {
    const stream = await openMessages(hostile, victim);
    // A length of 2^34, and no more.
    stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x40));
    const peer = hostile.peerId.toString() as PeerId;
    await until('it is cut off', () => victim.disconnected.includes(peer));
    await hostile.dial(multiaddr(addressesOf(victim)[0] as string)).catch(() => 'refused');
    // The dialler may believe in its connection for a moment; the victim never does.
    expect(victim.connected.filter((each) => each === peer)).toHaveLength(1);
    await until('it stays away', () => hostile.getConnections().length === 0);
  });
});

it('slows down who sends too fast, and cuts it off when it does not let up', async () => {
  const limits = { messagesPerSecond: 200, messageBurst: 300, maxThrottledMs: 400 };
  await withHostile(limits, async (victim, hostile) => {
    const peer = hostile.peerId.toString() as PeerId;
    const stream = await openMessages(hostile, victim);
    const batch = new Uint8ArrayList();
    for (let index = 0; index < 100; index += 1) batch.append(encode.single(bytesOf('spam')));
    const startedAt = performance.now();
    try {
      for (;;) await writeTo(stream, new Uint8ArrayList(batch), systemClock, 5_000);
    } catch {
      // What the victim's cut feels like.
    }
    await until('it is cut off', () => victim.disconnected.includes(peer));
    const seconds = (performance.now() - startedAt) / 1_000;
    const heard = victim.messages.filter(({ from }) => from === peer).length;
    expect(heard).toBeLessThanOrEqual(300 + 200 * seconds + 10);
  });
});

it('takes one message stream of a peer at a time', async () => {
  await withHostile({}, async (victim, hostile) => {
    const first = await openMessages(hostile, victim);
    first.send(encode.single(bytesOf('on the first')));
    await until('it is heard', () => victim.messages.length === 1);
    const second = await openMessages(hostile, victim);
    second.send(encode.single(bytesOf('on the second')));
    await until('it is heard too', () => victim.messages.length === 2);
    await until('the first is closed', () => first.status !== 'open');
  });
});
