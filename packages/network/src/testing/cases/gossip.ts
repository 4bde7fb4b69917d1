import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConformanceCase } from './case.ts';
import { addressesOf, bytesOf, textOf, until, withNetworks, type Fixture, type Observed } from '../fixture.ts';

const topic = 'suite/adverts/1';

/** Gossip begins to flow a moment after two peers have met: say it until it is heard. */
async function untilHeard(speaker: Observed, listeners: Observed[], text: string): Promise<void> {
  let said = 0;
  const end = performance.now() + 15_000;
  const missing = (): number => listeners.filter(({ gossip }) => !gossip.some(({ bytes }) => textOf(bytes).startsWith(`${text} `))).length;
  while (missing() > 0) {
    if (performance.now() > end) throw new Error(`${missing()} of ${listeners.length} did not hear "${text}"`);
    speaker.network.publish(topic, bytesOf(`${text} ${said}`));
    said += 1;
    await pause(50);
  }
}

async function meshOf(fixture: Fixture, count: number): Promise<Observed[]> {
  const first = await fixture.start({ prepare: (network) => network.subscribe(topic) });
  const others: Observed[] = [];
  for (let index = 1; index < count; index += 1) {
    others.push(await fixture.start({ bootstrap: addressesOf(first), prepare: (network) => network.subscribe(topic) }));
  }
  await until('all are ready', () => [first, ...others].every(({ network }) => network.status().ready && network.status().neighbours > 0));
  return [first, ...others];
}

export const gossipCases: ConformanceCase[] = [
  {
    name: 'spreads a message to every subscriber, once each, and not to its author',
    run: (harness) =>
      withNetworks(harness, async (fixture) => {
        const peers = await meshOf(fixture, 4);
        const [author, ...others] = peers as [Observed, ...Observed[]];
        await untilHeard(author, others, 'hello');
        author.network.publish(topic, bytesOf('once'));
        const heard = ({ gossip }: Observed): number => gossip.filter(({ bytes }) => textOf(bytes) === 'once').length;
        await until('all heard it', () => others.every((other) => heard(other) > 0));
        await pause(100);
        assert.deepEqual(others.map(heard), [1, 1, 1]);
        assert.equal(heard(author), 0);
        const from = others[0]?.gossip[0]?.from;
        assert.ok(peers.some(({ network }) => network.peerId === from));
        assert.equal(others[0]?.gossip[0]?.topic, topic);
      }),
  },
  {
    name: 'says nothing to a peer that did not subscribe',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const author = await start({ prepare: (network) => network.subscribe(topic) });
        const listener = await start({ bootstrap: addressesOf(author), prepare: (network) => network.subscribe(topic) });
        const deaf = await start({ bootstrap: addressesOf(author) });
        await until('all are connected', () => author.network.status().neighbours === 2);
        await untilHeard(author, [listener], 'hello');
        assert.deepEqual(deaf.gossip, []);
      }),
  },
  {
    name: 'takes a subscription after the start',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [author, late] = await pair();
        author.network.subscribe(topic);
        late.network.subscribe(topic);
        await untilHeard(author, [late], 'late');
      }),
  },
  {
    name: 'goes on after a message was ignored or rejected, and when the handler fails',
    run: (harness) =>
      withNetworks(harness, async (fixture) => {
        const [author, listener] = (await meshOf(fixture, 2)) as [Observed, Observed];
        await untilHeard(author, [listener], 'before');
        listener.verdict = 'ignore';
        await untilHeard(author, [listener], 'ignored');
        listener.verdict = 'reject';
        await untilHeard(author, [listener], 'rejected');
        listener.failure = new Error('a handler that fails');
        await untilHeard(author, [listener], 'failed');
        listener.failure = undefined;
        listener.verdict = 'accept';
        await untilHeard(author, [listener], 'after');
      }),
  },
  {
    name: 'publishes to nobody without an error',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const alone = await start();
        alone.network.publish(topic, bytesOf('nobody hears'));
        alone.network.subscribe(topic);
        alone.network.publish(topic, bytesOf('nobody hears'));
        alone.network.publish(topic, bytesOf('nobody hears'));
        assert.deepEqual(alone.gossip, []);
      }),
  },
];
