import { setTimeout as pause } from 'node:timers/promises';
import type { GossipVerdict, Network, PeerId } from '@shoal/runtime';
import type { NetworkHarness } from './harness.ts';

/** A started network, and what it has told its owner. */
export interface Observed {
  network: Network;
  messages: { from: PeerId; bytes: Uint8Array }[];
  gossip: { topic: string; from: PeerId; bytes: Uint8Array }[];
  connected: PeerId[];
  disconnected: PeerId[];
  /** What the next gossip is answered with. */
  verdict: GossipVerdict;
  /** Thrown by the handlers, when set. */
  failure: Error | undefined;
}

export interface StartOptions {
  mesh?: string;
  bootstrap?: string[];
  /** Before start(): subscribe, serve, provide. */
  prepare?: (network: Network) => void;
}

/** Networks of one test; all are stopped at its end. */
export interface Fixture {
  start(options?: StartOptions): Promise<Observed>;
  /** Two networks that are connected. */
  pair(prepare?: (network: Network) => void): Promise<[Observed, Observed]>;
}

export async function withNetworks(harness: NetworkHarness, body: (fixture: Fixture) => Promise<void>): Promise<void> {
  const started: Network[] = [];
  const start = async (options: StartOptions = {}): Promise<Observed> => {
    const network = harness.create({ mesh: options.mesh ?? 'suite', bootstrap: options.bootstrap ?? [] });
    started.push(network);
    const observed = observe(network);
    options.prepare?.(network);
    await network.start();
    return observed;
  };
  const pair = async (prepare?: (network: Network) => void): Promise<[Observed, Observed]> => {
    const prepared = prepare === undefined ? {} : { prepare };
    const one = await start(prepared);
    const other = await start({ bootstrap: addressesOf(one), ...prepared });
    await until('both are neighbours', () => neighbours(one) === 1 && neighbours(other) === 1);
    return [one, other];
  };
  try {
    await body({ start, pair });
  } finally {
    await Promise.all(started.map((network) => network.stop()));
  }
}

function observe(network: Network): Observed {
  const observed: Observed = { network, messages: [], gossip: [], connected: [], disconnected: [], verdict: 'accept', failure: undefined };
  const maybeFail = (): void => {
    if (observed.failure !== undefined) throw observed.failure;
  };
  network.setHandlers({
    message(from, bytes) {
      observed.messages.push({ from, bytes });
      maybeFail();
    },
    gossip(topic, from, bytes) {
      observed.gossip.push({ topic, from, bytes });
      maybeFail();
      return observed.verdict;
    },
    peerConnected: (peer) => void observed.connected.push(peer),
    peerDisconnected: (peer) => void observed.disconnected.push(peer),
  });
  return observed;
}

export function addressesOf({ network }: Observed): string[] {
  return network.status().addresses;
}

export function neighbours({ network }: Observed): number {
  return network.status().neighbours;
}

/** Waits for something that has no event; fails with its name. */
export async function until(what: string, isSo: () => boolean, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms for: ${what}`);
    await pause(5);
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
