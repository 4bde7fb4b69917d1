import { once } from 'node:events';
import net from 'node:net';
import { noise } from '@chainsafe/libp2p-noise';
import type { Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom, type Network, type PeerId } from '@shoal/runtime';
import { createNetwork } from '@shoal/network';

export type Kind = 'shoal' | 'libp2p' | 'tcp';

export interface Addresses {
  shoal: string;
  libp2p: string;
  tcpPort: number;
}

export interface Clients {
  /** Asks for so many bytes and reads them; resolves with how many came. */
  receive(kind: Kind, bytes: number): Promise<number>;
  close(): Promise<void>;
}

const protocol = '/bench/source/1';
/** A block of the store. */
const chunk = new Uint8Array(1_048_576).fill(1);

/** What is asked for: a decimal number of bytes. */
const request = (bytes: number): Uint8Array => new TextEncoder().encode(String(bytes));
const requested = (parts: Uint8Array[]): number => Number(Buffer.concat(parts).toString());

function shoalNetwork(bootstrap: string[]): Network {
  const network = createNetwork({
    seed: generateSeed(),
    mesh: 'bench',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    mdns: false,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    metrics: createMetrics(),
  });
  network.setHandlers({ message: () => {}, gossip: () => 'ignore', peerConnected: () => {}, peerDisconnected: () => {} });
  return network;
}

function bareNode(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
}

/** The shortest correct loop: send until told to wait. */
async function pour(stream: Stream, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    stream.send(chunk);
    while (stream.writableNeedsDrain) await once(stream as unknown as EventTarget, 'drain');
  }
  await stream.close();
}

export async function serveAll(): Promise<Addresses> {
  const shoal = shoalNetwork([]);
  shoal.serve(protocol, async (stream) => {
    const asked: Uint8Array[] = [];
    for await (const part of stream.source) asked.push(part);
    for (let left = requested(asked); left > 0; left -= chunk.length) await stream.write(chunk);
  });
  await shoal.start();

  const bare = await bareNode();
  await bare.handle(protocol, async (stream) => {
    const asked: Uint8Array[] = [];
    for await (const part of stream) asked.push(part.subarray());
    await pour(stream, requested(asked));
  });

  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const asked: Uint8Array[] = [];
    socket.on('data', (part) => void asked.push(part as Uint8Array));
    socket.on('end', () => {
      void (async () => {
        for (let left = requested(asked); left > 0; left -= chunk.length) if (!socket.write(chunk)) await once(socket, 'drain');
        socket.end();
      })();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    shoal: shoal.status().addresses[0] ?? '',
    libp2p: bare.getMultiaddrs()[0]?.toString() ?? '',
    tcpPort: (server.address() as net.AddressInfo).port,
  };
}

export async function connectTo(addresses: Addresses): Promise<Clients> {
  const shoal = shoalNetwork([]);
  await shoal.start();
  const peer: PeerId = await shoal.dial(addresses.shoal);
  const bare = await bareNode();
  const target = multiaddr(addresses.libp2p);
  await bare.dial(target);

  const receive: Record<Kind, (bytes: number) => Promise<number>> = {
    async shoal(bytes) {
      const stream = await shoal.open(peer, protocol, { signal: AbortSignal.timeout(10_000) });
      await stream.write(request(bytes));
      await stream.close();
      let received = 0;
      for await (const part of stream.source) received += part.length;
      return received;
    },
    async libp2p(bytes) {
      const stream = await bare.dialProtocol(target, protocol);
      stream.send(request(bytes));
      await stream.close();
      let received = 0;
      for await (const part of stream) received += part.byteLength;
      return received;
    },
    async tcp(bytes) {
      const socket = net.connect({ port: addresses.tcpPort, host: '127.0.0.1', allowHalfOpen: true });
      socket.end(request(bytes));
      let received = 0;
      for await (const part of socket) received += (part as Uint8Array).length;
      return received;
    },
  };
  return {
    receive: (kind, bytes) => receive[kind](bytes),
    async close() {
      await Promise.all([shoal.stop(), bare.stop()]);
    },
  };
}
