// Joins peers as a chain and as a star and measures who hears whom. Run: npx node --conditions=@shoal/source packages/network/bench/join.ts
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { PeerProcess } from './peer-process.ts';
import type { PeerReport } from './join-peers.ts';
import { summarize, type Summary } from './summarize.ts';

export interface JoinBenchOptions {
  shape: 'chain' | 'star';
  processes: number;
  peersPerProcess: number;
  /** An advert with its signature. */
  messageBytes: number;
}

export interface Delivery {
  peers: number;
  /** 1: everybody heard everybody. */
  delivered: number;
  ms: Summary;
}

export interface JoinBenchResult extends JoinBenchOptions {
  /** From a peer's start until it was ready. */
  readyMs: Summary;
  /** From the first peer's start until every peer had the floor of neighbours. */
  allReadyMs: number;
  neighbours: Summary;
  residentMegabytesPerPeer: number;
  /** Until every peer was ready. */
  cpuMsPerPeer: number;
  /** Of one advert by one peer. */
  one: Delivery;
  delivery: Delivery;
  /** The process with the first peer was killed; as many newcomers joined, each by some survivor. */
  afterKill: Delivery & { allReadyMs: number };
}

const floor = 8;
const settleTimeoutMs = 120_000;
const hearTimeoutMs = 15_000;

export const joinBenchDefaults = { processes: 5, peersPerProcess: 8, messageBytes: 700 };
/** As many as are to know each other in 10 s; two cores need longer. */
export const hundredPeers = { processes: 8, peersPerProcess: 13, messageBytes: 700 };

export async function benchJoin(options: JoinBenchOptions): Promise<JoinBenchResult> {
  const { shape, peersPerProcess } = options;
  let processes = Array.from({ length: options.processes }, () => new PeerProcess());
  try {
    const addresses: string[] = [];
    const startedAt = performance.now();
    for (let index = 0; index < options.processes * peersPerProcess; index += 1) {
      const known = shape === 'chain' ? addresses[index - 1] : addresses[0];
      const owner = processes[Math.floor(index / peersPerProcess)] as PeerProcess;
      const { address } = await owner.ask({ type: 'start', index, bootstrap: known === undefined ? [] : [known] }, 'started');
      addresses.push(address);
    }
    const reports = await settled(processes);
    const allReadyMs = Math.round(performance.now() - startedAt);
    const costs = await Promise.all(processes.map((each) => each.ask({ type: 'report', round: 0 }, 'report')));
    const one = await deliver(processes, 1, options.messageBytes, 1);
    const delivery = await deliver(processes, 2, options.messageBytes);

    await processes[0]?.kill();
    const survivors = processes.slice(1);
    const newcomers = new PeerProcess();
    processes = [...survivors, newcomers];
    const killedAt = performance.now();
    for (let index = 0; index < peersPerProcess; index += 1) {
      const known = addresses[peersPerProcess + Math.floor(Math.random() * (addresses.length - peersPerProcess))] as string;
      await newcomers.ask({ type: 'start', index: addresses.length + index, bootstrap: [known] }, 'started');
    }
    await settled(processes);
    const againMs = Math.round(performance.now() - killedAt);
    const afterKill = await deliver(processes, 3, options.messageBytes);

    await Promise.all(processes.map((each) => each.ask({ type: 'stop' }, 'stopped')));
    return {
      ...options,
      readyMs: summarize(reports.map(({ readyAfterMs }) => readyAfterMs ?? settleTimeoutMs)),
      allReadyMs,
      neighbours: summarize(reports.map(({ neighbours }) => neighbours)),
      residentMegabytesPerPeer: Math.round(costs.reduce((sum, each) => sum + each.residentBytes, 0) / 1e6 / reports.length),
      cpuMsPerPeer: Math.round(costs.reduce((sum, each) => sum + each.cpuMs, 0) / reports.length),
      one,
      delivery,
      afterKill: { ...afterKill, allReadyMs: againMs },
    };
  } finally {
    await Promise.all(processes.map((each) => each.kill()));
  }
}

async function reportsOf(processes: PeerProcess[], round: number): Promise<PeerReport[]> {
  return (await Promise.all(processes.map((each) => each.ask({ type: 'report', round }, 'report')))).flatMap(({ peers }) => peers);
}

/** Waits until every peer is ready with the floor of neighbours. */
async function settled(processes: PeerProcess[]): Promise<PeerReport[]> {
  const until = performance.now() + settleTimeoutMs;
  for (;;) {
    const reports = await reportsOf(processes, 0);
    const enough = Math.min(floor, reports.length - 1);
    if (reports.every(({ ready, neighbours }) => ready && neighbours >= enough)) return reports;
    if (performance.now() > until) return reports;
    await pause(50);
  }
}

/** Every peer publishes one message, or the first so many of the first process do; waits until all heard all. */
async function deliver(processes: PeerProcess[], round: number, bytes: number, most?: number): Promise<Delivery> {
  const publishers = most === undefined ? processes : processes.slice(0, 1);
  await Promise.all(publishers.map((each) => each.ask({ type: 'publish', round, bytes, ...(most === undefined ? {} : { most }) }, 'published')));
  const until = performance.now() + hearTimeoutMs;
  for (;;) {
    const reports = await reportsOf(processes, round);
    const times = reports.flatMap(({ heard }) => Object.values(heard));
    const expected = (most ?? reports.length) * (reports.length - 1);
    if (times.length >= expected || performance.now() > until) {
      return { peers: reports.length, delivered: Math.round((times.length / expected) * 1e5) / 1e5, ms: summarize(times) };
    }
    await pause(100);
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const shape of ['chain', 'star'] as const) console.log(JSON.stringify(await benchJoin({ shape, ...joinBenchDefaults })));
}
