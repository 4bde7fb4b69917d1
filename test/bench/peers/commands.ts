import { readFile } from 'node:fs/promises';
import { createPeer, type JobRequest, type JobSummary, type Peer, type PeerOptions } from '@shoal/peer';
import type { BenchPeerOptions } from './peer-options.ts';

/** What a peer's process does when its parent asks. Times are taken here, so that the way to the parent is not in them. */
let peer: Peer | undefined;
/** Peers beside it in the same process: company, that is asked for nothing by itself. */
const company: Peer[] = [];

const pollMs = 1;
const findTimeoutMs = 60_000;
const sinceMs = (startedAt: number): number => performance.now() - startedAt;

function running(): Peer {
  if (peer === undefined) throw new Error('The peer was not started');
  return peer;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isSo()) {
    if (sinceMs(startedAt) > findTimeoutMs) throw new Error(`Not so after ${findTimeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export const commands = {
  async start(options: PeerOptions): Promise<{ addresses: string[] }> {
    peer = await createPeer(options);
    return { addresses: peer.addresses() };
  },

  /** Peers beside the first, in the same process. */
  async startCompany(all: (BenchPeerOptions & { dataDir: string })[]): Promise<void> {
    for (const options of all) company.push(await createPeer(options));
  },

  /** Strength of the walls around its units. */
  async isolation(): Promise<string> {
    return (await running().status()).isolation;
  },

  /** Waits for the adverts of so many peers that run units. */
  async findWorkers(count: number): Promise<void> {
    await until(`${count} workers are known`, () => running().peers().filter(({ slots }) => slots > 0).length >= count);
  },

  /** Waits for the adverts of so many peers. */
  async findPeers(count: number): Promise<void> {
    await until(`${count} peers are known by their adverts`, () => running().peers().filter(({ isolation }) => isolation !== 'unknown').length >= count);
  },

  async findDataset(cid: string): Promise<void> {
    await until(`somebody advertises ${cid}`, () => running().peers().some(({ datasets }) => datasets.some((dataset) => dataset.cid === cid)));
  },

  /** From submitting a job until a bid for it is in; then the job runs to its end. */
  async timeFirstBid(request: JobRequest): Promise<number> {
    const startedAt = performance.now();
    const job = await running().submit(request);
    await until('a bid came', () => job.view().bids > 0);
    const ms = sinceMs(startedAt);
    await job.wait();
    return ms;
  },

  /** From submitting until each result was in the hands of whoever asked. */
  async timeResults(request: JobRequest): Promise<number[]> {
    return (await commands.results(request)).map(({ ms }) => ms);
  },

  /** The same, with what each unit printed and who agreed on it. */
  async results(request: JobRequest): Promise<{ ms: number; text: string; workers: string[] }[]> {
    const came: { ms: number; text: string; workers: string[] }[] = [];
    const startedAt = performance.now();
    const job = await running().submit(request);
    for await (const { text, workers } of job.results()) came.push({ ms: sinceMs(startedAt), text, workers });
    return came;
  },

  /** Keeps a job going for a while, then cancels it: how many of its units were accepted, and the most memory that this process ever had. */
  async hold(request: JobRequest, forMs: number): Promise<{ units: number; accepted: number; peakMB: number }> {
    const job = await running().submit(request);
    await job.wait({ signal: AbortSignal.timeout(forMs) }).catch((error: Error) => {
      if (error.name !== 'TimeoutError') throw error;
    });
    const { units, accepted } = job.view();
    await job.cancel('measured');
    return { units, accepted, peakMB: process.resourceUsage().maxRSS / 1_024 };
  },

  /** Of the jobs that its journal knows, newest first. */
  jobs: (): Promise<JobSummary[]> => Promise.resolve(running().jobs()),

  /** From submitting until the job is done. */
  async timeJob(request: JobRequest): Promise<number> {
    const startedAt = performance.now();
    const job = await running().submit(request);
    const { accepted, units } = await job.wait();
    if (accepted !== units) throw new Error(`Only ${accepted} of ${units} units were accepted`);
    return sinceMs(startedAt);
  },

  async addData(path: string): Promise<{ cid: string; bytes: number }> {
    const { cid, bytes } = await running().data.add(path);
    return { cid, bytes };
  },

  async timeGetData(cid: string, to: string): Promise<{ bytes: number; ms: number }> {
    const startedAt = performance.now();
    const { bytes } = await running().data.get(cid, to);
    return { bytes, ms: sinceMs(startedAt) };
  },

  /** The most memory that this process ever had resident; the system's own account, which begins with the program and not with who forked it. */
  async peakMB(): Promise<number> {
    const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
    const kB = /VmHWM:\s+(\d+) kB/u.exec(status)?.[1];
    return kB === undefined ? process.resourceUsage().maxRSS / 1_024 : Number(kB) / 1_024;
  },

  /** Processor time of this process so far, without that of its sandboxes. */
  cpuMs: (): Promise<number> => Promise.resolve(cpuMs()),

  async stop(): Promise<void> {
    await Promise.all([...company, peer].map((each) => each?.stop()));
  },
};

export type Commands = typeof commands;
