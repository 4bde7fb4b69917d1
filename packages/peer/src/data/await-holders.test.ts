import { expect, it } from 'vitest';
import { systemClock, systemCrypto, type Cid, type PeerId } from '@shoal/runtime';
import { documentCid } from '@shoal/protocol';
import { awaitHolders } from './await-holders.ts';

const root = documentCid(new TextEncoder().encode('a dataset'), systemCrypto);
const [self, holder] = ['self', 'holder'] as [PeerId, PeerId];

/** A peer that knows of nobody, until `advertised` or `provided` have somebody in them. */
function lonely() {
  const advertised: PeerId[] = [];
  const provided: PeerId[] = [];
  const stop = new AbortController();
  const asked = { dht: 0 };
  const parts = {
    clock: systemClock,
    stopping: stop.signal,
    engine: { roster: { holdersOf: (dataset: Cid) => (dataset === root ? advertised.map((author) => ({ author }) as never) : []) } },
    network: {
      peerId: self,
      async *findProviders() {
        asked.dht += 1;
        yield* provided;
      },
    },
  };
  return { parts, advertised, provided, stop, asked };
}

it('waits until somebody advertises the blob', async () => {
  const { parts, advertised } = lonely();
  advertised.push(self);
  systemClock.setTimer(120, () => advertised.push(holder));
  expect(await awaitHolders(parts, root)).toEqual([holder]);
});

it('waits until the DHT knows of somebody, and asks it again only after a pause', async () => {
  const { parts, provided, asked } = lonely();
  provided.push(self);
  systemClock.setTimer(120, () => provided.push(holder));
  expect(await awaitHolders(parts, root)).toEqual([holder]);
  expect(asked.dht).toBe(2);
});

it('gives up when its time is up, and says what it tried', async () => {
  const { parts } = lonely();
  const waiting = awaitHolders(parts, root, { waitMs: 100 });
  await expect(waiting).rejects.toMatchObject({ code: 'transfer-no-holder', message: expect.stringContaining('0.1 s nobody advertised it, and the DHT knew nobody') });
});

it('ends at once when it is called off, or when the peer stops', async () => {
  const { parts, stop } = lonely();
  const begunAt = performance.now();
  const caller = new AbortController();
  const called = awaitHolders(parts, root, { signal: caller.signal });
  caller.abort(new Error('called off'));
  await expect(called).rejects.toThrow('called off');
  const stopped = awaitHolders(parts, root);
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  expect(performance.now() - begunAt).toBeLessThan(1_000);
});
