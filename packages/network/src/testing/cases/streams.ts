import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ByteStream, Network, PeerId } from '@shoal/runtime';
import type { ConformanceCase } from './case.ts';
import { addressesOf, until, withNetworks } from '../fixture.ts';

const echo = '/suite/echo/1';
const sink = '/suite/sink/1';
const chunkBytes = 65_536;
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

const serveEcho = (network: Network): void =>
  network.serve(echo, async (stream) => {
    for await (const chunk of stream.source) await stream.write(chunk);
  });

async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const streamCases: ConformanceCase[] = [
  {
    name: 'carries bytes both ways, in order, to the end',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [client, server] = await pair(serveEcho);
        const stream = await client.network.open(server.network.peerId, echo, { signal: soon() });
        assert.equal(stream.peer, server.network.peerId);
        const sent = new Uint8Array(3_000_001).map((_, index) => index % 251);
        const received = readAll(stream);
        for (let offset = 0; offset < sent.length; offset += chunkBytes) await stream.write(sent.subarray(offset, offset + chunkBytes));
        await stream.close();
        assert.equal(Buffer.compare(Buffer.from(await received), sent), 0);
      }),
  },
  {
    name: 'tells the handler who opened the stream, and answers what nobody asked for',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        let opener: PeerId | undefined;
        const [client, server] = await pair((network) =>
          network.serve('/suite/greet/1', async (stream) => {
            opener = stream.peer;
            await stream.write(Buffer.from('welcome'));
          }),
        );
        const stream = await client.network.open(server.network.peerId, '/suite/greet/1', { signal: soon() });
        await stream.close();
        assert.equal(Buffer.from(await readAll(stream)).toString(), 'welcome');
        assert.equal(opener, client.network.peerId);
      }),
  },
  {
    name: 'holds a writer back whose reader does not read',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        let letRead = (): void => {};
        const mayRead = new Promise<void>((resolve) => {
          letRead = resolve;
        });
        let received = 0;
        const [client, server] = await pair((network) =>
          network.serve(sink, async (stream) => {
            await mayRead;
            for await (const chunk of stream.source) received += chunk.length;
          }),
        );
        const stream = await client.network.open(server.network.peerId, sink, { signal: soon() });
        const total = 48 * 1_048_576;
        let written = 0;
        const writing = (async () => {
          const chunk = new Uint8Array(chunkBytes);
          while (written < total) {
            await stream.write(chunk);
            written += chunk.length;
          }
          await stream.close();
        })();
        let before = -1;
        while (before !== written) {
          before = written;
          await pause(200);
        }
        assert.ok(written < 24 * 1_048_576, `${written} bytes were taken although nobody reads`);
        letRead();
        await writing;
        await until('all is read', () => received === total);
      }),
  },
  {
    name: 'reads slowly what was written quickly, losing nothing',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const total = 12 * 1_048_576;
        const [client, server] = await pair((network) =>
          network.serve('/suite/source/1', async (stream) => {
            const chunk = new Uint8Array(chunkBytes);
            for (let written = 0; written < total; written += chunk.length) await stream.write(chunk);
          }),
        );
        const stream = await client.network.open(server.network.peerId, '/suite/source/1', { signal: soon() });
        let read = 0;
        let pauses = 0;
        for await (const chunk of stream.source) {
          read += chunk.length;
          if (read > (pauses + 1) * 2_097_152) {
            pauses += 1;
            await pause(30);
          }
        }
        await stream.close();
        assert.equal(read, total);
      }),
  },
  {
    name: 'fails the reader when the handler fails, and serves the next one',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        let calls = 0;
        const [client, server] = await pair((network) =>
          network.serve(echo, async (stream) => {
            calls += 1;
            if (calls === 1) throw new Error('a handler that fails');
            await stream.write(Uint8Array.of(calls));
          }),
        );
        const first = await client.network.open(server.network.peerId, echo, { signal: soon() });
        await assert.rejects(readAll(first), { code: 'stream-closed' });
        const second = await client.network.open(server.network.peerId, echo, { signal: soon() });
        await second.close();
        assert.deepEqual([...(await readAll(second))], [2]);
      }),
  },
  {
    name: 'tells an aborted stream from one that ended',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        let outcome: unknown = 'pending';
        const [client, server] = await pair((network) =>
          network.serve(sink, async (stream) => {
            try {
              for await (const chunk of stream.source) assert.ok(chunk.length > 0);
              outcome = 'ended';
            } catch (error) {
              outcome = (error as { code?: string }).code;
            }
          }),
        );
        const stream = await client.network.open(server.network.peerId, sink, { signal: soon() });
        await stream.write(Uint8Array.of(1, 2, 3));
        stream.abort(new Error('changed my mind'));
        await until('the handler knows', () => outcome !== 'pending');
        assert.equal(outcome, 'stream-closed');
        await assert.rejects(stream.write(Uint8Array.of(4)), { code: 'stream-closed' });
      }),
  },
  {
    name: 'fails a stream whose other side stops in the middle',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [client, server] = await pair((network) =>
          network.serve('/suite/half/1', async (stream) => {
            await stream.write(new Uint8Array(1_000));
            await new Promise(() => {});
          }),
        );
        const stream = await client.network.open(server.network.peerId, '/suite/half/1', { signal: soon() });
        let read = 0;
        const reading = (async () => {
          for await (const chunk of stream.source) read += chunk.length;
        })();
        const failed = assert.rejects(reading, { code: 'stream-closed' });
        await until('the first half is there', () => read === 1_000);
        await server.network.stop();
        await failed;
      }),
  },
  {
    name: 'refuses a protocol that is not served, and a peer that cannot be found',
    run: (harness) =>
      withNetworks(harness, async ({ pair, start }) => {
        const [client, server] = await pair();
        await assert.rejects(client.network.open(server.network.peerId, '/suite/unknown/1', { signal: soon() }), { code: 'stream-refused' });
        const gone = await start();
        const address = addressesOf(gone);
        await gone.network.stop();
        client.network.learnAddresses(gone.network.peerId, address);
        await assert.rejects(client.network.open(gone.network.peerId, echo, { signal: soon() }));
      }),
  },
  {
    name: 'serves more streams, one after the other, than may be open at once',
    run: (harness) =>
      withNetworks(harness, async ({ pair }) => {
        const [client, server] = await pair(serveEcho);
        for (let index = 0; index < 200; index += 1) {
          const stream = await client.network.open(server.network.peerId, echo, { signal: soon() });
          await stream.write(Uint8Array.of(index));
          await stream.close();
          assert.deepEqual([...(await readAll(stream))], [index]);
        }
      }),
  },
];
