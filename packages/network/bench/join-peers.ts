// One process of several peers, told by its parent what to do. Run by join.ts.
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createMetrics, generateSeed, silentLogger, systemClock, systemRandom, type Network } from '@shoal/runtime';
import { createNetwork } from '@shoal/network';

export type ToPeers =
  | { type: 'start'; index: number; bootstrap: string[] }
  | { type: 'publish'; round: number; bytes: number; most?: number }
  | { type: 'report'; round: number }
  | { type: 'stop' };

export interface PeerReport {
  index: number;
  neighbours: number;
  connections: number;
  ready: boolean;
  readyAfterMs: number | undefined;
  /** Milliseconds each message of the round took to get here, by its publisher. */
  heard: Record<number, number>;
}

export type FromPeers =
  | { type: 'started'; index: number; address: string }
  | { type: 'published' }
  | { type: 'report'; peers: PeerReport[]; residentBytes: number; cpuMs: number; metrics: Record<string, number> }
  | { type: 'stopped' };

interface Advert {
  round: number;
  index: number;
  /** Same machine, same clock. */
  sentAt: number;
}

const spreadMs = 1_000;
const topic = 'bench/adverts/1';
const peers = new Map<number, { network: Network; heard: Map<number, Map<number, number>> }>();
const metrics = createMetrics();
const now = (): number => performance.timeOrigin + performance.now();
/** Loading the modules is not joining. */
const cpuAtStart = cpuMs();
const say = (message: FromPeers): void => void process.send?.(message);

async function start(index: number, bootstrap: string[]): Promise<void> {
  const heard = new Map<number, Map<number, number>>();
  const network = createNetwork({
    seed: generateSeed(),
    mesh: 'bench',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    mdns: false,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    metrics,
  });
  network.setHandlers({
    message: () => {},
    gossip(_topic, _from, bytes) {
      const advert = JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))) as Advert;
      const round = heard.get(advert.round) ?? new Map<number, number>();
      heard.set(advert.round, round);
      if (!round.has(advert.index)) round.set(advert.index, now() - advert.sentAt);
      return 'accept';
    },
    peerConnected: () => {},
    peerDisconnected: () => {},
  });
  network.subscribe(topic);
  await network.start();
  peers.set(index, { network, heard });
  say({ type: 'started', index, address: network.status().addresses[0] ?? '' });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** One after the other over a second, as adverts come: what is measured is their way, not the crowd. */
async function publish(round: number, bytes: number, most = peers.size): Promise<void> {
  for (const [index, { network }] of [...peers].slice(0, most)) {
    await pause(spreadMs / peers.size);
    network.publish(topic, advertOf(index, round, bytes));
  }
}

/** An advert's size, ending in random bytes where the signature would be. */
function advertOf(index: number, round: number, bytes: number): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify({ round, index, sentAt: now() } satisfies Advert));
  const whole = new Uint8Array(Math.max(bytes, head.length + 65));
  whole.set(head);
  whole.set(systemRandom.bytes(64), whole.length - 64);
  return whole;
}

function report(round: number): void {
  say({
    type: 'report',
    residentBytes: process.memoryUsage.rss(),
    cpuMs: cpuMs() - cpuAtStart,
    metrics: metrics.snapshot(),
    peers: [...peers].map(([index, { network, heard }]) => {
      const { neighbours, ready, readyAfterMs } = network.status();
      return { index, neighbours, connections: network.connections().length, ready, readyAfterMs, heard: Object.fromEntries(heard.get(round) ?? []) };
    }),
  });
}

process.on('message', (message: ToPeers) => {
  switch (message.type) {
    case 'start':
      void start(message.index, message.bootstrap);
      break;
    case 'publish':
      void publish(message.round, message.bytes, message.most).then(() => say({ type: 'published' }));
      break;
    case 'report':
      report(message.round);
      break;
    case 'stop':
      void Promise.all([...peers.values()].map(({ network }) => network.stop())).then(() => {
        say({ type: 'stopped' });
        process.disconnect();
      });
      break;
  }
});
// A parent that died has no use for its peers.
process.on('disconnect', () => process.exit());
