import { expect, it } from 'vitest';
import { generateSeed, systemClock } from '@shoal/runtime';
import { createNode, privateKeyFromSeed } from './composition.ts';
import { networkDefaults } from './defaults.ts';
import { namesOf } from './names.ts';
import { createObserved } from './reach/observed.ts';
import { createOnePort } from './reach/one-port.ts';
import { createRelayBudget } from './reach/relay-budget.ts';

it.for([false, true])('puts a node together without opening anything (mdns: %s)', async (mdns) => {
  const node = await createNode({
    privateKey: privateKeyFromSeed(generateSeed()),
    names: namesOf('suite'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns,
    limits: networkDefaults,
    guard: { isBanned: () => false },
    count: { sent: 0, received: 0 },
    ownIps: () => [],
    onePort: createOnePort(),
    observed: createObserved(),
    relayBudget: createRelayBudget(systemClock, networkDefaults),
  });
  expect(node.status).toBe('stopped');
  expect(node.getMultiaddrs()).toEqual([]);
});

it('gives nothing on the wire to two meshes at once', () => {
  const [one, other] = [namesOf('one'), namesOf('other')];
  expect(Buffer.from(one.handshake).toString()).not.toBe(Buffer.from(other.handshake).toString());
  for (const name of ['prefix', 'dht', 'messages', 'mdns'] as const) expect(one[name]).not.toBe(other[name]);
  expect(one.stream('/a/1')).not.toBe(other.stream('/a/1'));
  expect(one.plainTopic(one.topic('adverts'))).toBe('adverts');
  expect(one.plainTopic(other.topic('adverts'))).toBeUndefined();
});
