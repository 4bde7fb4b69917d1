import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cid, PeerId } from '@shoal/runtime';
import type { ConformanceCase } from './case.ts';
import { addressesOf, until, withNetworks, type Observed } from '../fixture.ts';

const cid = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const unknown = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' as Cid;

async function providersOf(peer: Observed, of: Cid, limit = 10): Promise<PeerId[]> {
  const found: PeerId[] = [];
  for await (const provider of peer.network.findProviders(of, { signal: AbortSignal.timeout(3_000), limit })) found.push(provider);
  return found;
}

async function untilFound(seeker: Observed, of: Cid, holder: PeerId): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    const found = await providersOf(seeker, of);
    if (found.length === 0 && performance.now() < end) await pause(100);
    else return assert.deepEqual(found, [holder]);
  }
}

export const recordCases: ConformanceCase[] = [
  {
    name: 'finds who provides what, each once, never itself',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const first = await start();
        const holder = await start({ bootstrap: addressesOf(first), prepare: (network) => network.provide(cid) });
        const seeker = await start({ bootstrap: addressesOf(first) });
        await until('all are connected', () => [first, holder, seeker].every(({ network }) => network.status().neighbours > 0));
        await untilFound(seeker, cid, holder.network.peerId);
        assert.deepEqual(await providersOf(holder, cid), []);
        assert.deepEqual(await providersOf(seeker, unknown), []);
      }),
  },
  {
    name: 'announces to those who come later',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const holder = await start();
        holder.network.provide(cid);
        const seeker = await start({ bootstrap: addressesOf(holder) });
        await until('they are connected', () => seeker.network.status().neighbours === 1);
        await untilFound(seeker, cid, holder.network.peerId);
      }),
  },
  {
    name: 'ends a search that has nobody to ask, or whose signal aborts',
    run: (harness) =>
      withNetworks(harness, async ({ start }) => {
        const alone = await start();
        assert.deepEqual(await providersOf(alone, cid), []);
        alone.network.provide(cid);
        alone.network.unprovide(cid);
        alone.network.unprovide(unknown);
      }),
  },
  {
    name: 'counts the bytes that crossed the wire',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [one, other] = await pair();
        const before = one.network.status().bytesSent;
        const receivedBefore = other.network.status().bytesReceived;
        one.network.send(other.network.peerId, new Uint8Array(100_000));
        await until('it is there', () => other.messages.length === 1);
        assert.ok(one.network.status().bytesSent - before >= 100_000);
        assert.ok(other.network.status().bytesReceived - receivedBefore >= 100_000);
        assert.ok(one.network.status().bytesSent - before < 200_000);
      }),
  },
];
