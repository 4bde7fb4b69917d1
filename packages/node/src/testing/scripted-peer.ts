import type { Cid, PeerId } from '@shoal/runtime';
import { ShoalError } from '@shoal/runtime';
import type { DatasetView, Job, JobRequest, JobView, KnownPeer, Peer, PeerStatus, ReceiptView, TraceEvent, UnitResult } from '@shoal/peer';

/** A peer in name only, for tests of what lies between a command and a peer: it answers what it was given to answer. */
export interface Script {
  status?: Partial<PeerStatus>;
  peers?: KnownPeer[];
  datasets?: DatasetView[];
  /** Views that the job goes through; the last one stays. */
  views?: JobView[];
  results?: UnitResult[];
  events?: TraceEvent[];
  receipts?: ReceiptView[];
  /** What export() of its credit gives. */
  exported?: string;
  onSubmit?: (request: JobRequest) => void;
  /** Thrown by submit(). */
  refuse?: Error;
  /** The second view waits for resume(). */
  pauseAfterFirstView?: boolean;
  /** Results never end. */
  endless?: boolean;
}

export interface ScriptedPeer extends Peer {
  readonly submitted: JobRequest[];
  readonly added: { path: string; name?: string; only?: string[] }[];
  /** What get() and remove() were asked for. */
  readonly named: string[];
  readonly cancelled: (string | undefined)[];
  stopped: boolean;
  setView(view: JobView): void;
  resume(): void;
  /** Result streams that nobody has left yet. */
  openStreams: number;
}

export const peerId = '12D3KooWGRUoW8wTDyGFSrsAo8ZWRDdFxzF4UDvTeF3VyPGwdGSm' as PeerId;
export const otherPeerId = '12D3KooWHCJbJKGDfCgHSoCuK9q4STyRnVveqLoXAPBbXHTZx9Cv' as PeerId;
export const jobId = 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid;

export function jobView(fields: Partial<JobView> = {}): JobView {
  return {
    id: jobId, name: 'count', state: 'open', units: 2, accepted: 0, abandoned: 0, createdAt: 1_000, quorum: 2, requester: peerId,
    running: 0, executions: 0, failures: 0, bids: 0, bytesProcessed: 0, workers: [], waiting: [], ...fields,
  };
}

export function unitResult(unit: number, text: string, fields: Partial<UnitResult> = {}): UnitResult {
  return { unit, stdout: Buffer.from(text), text, files: [], workers: [peerId, otherPeerId], cid: jobId, ...fields };
}

export function receiptView(fields: Partial<ReceiptView> = {}): ReceiptView {
  return { job: jobId, requester: otherPeerId, worker: peerId, units: 3, fuel: 900, credit: 1_200, elapsedMs: 50, at: 1_000, countersigned: true, ...fields };
}

export function scriptedPeer(script: Script = {}): ScriptedPeer {
  const paused = Promise.withResolvers<void>();
  let view = script.views?.[0] ?? jobView();
  const status: PeerStatus = {
    peer: peerId, mesh: 'public', addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${peerId}`], ready: true, readyAfterMs: 120, neighbours: 2, knownPeers: 3,
    slots: 2, running: 0, isolation: 'process', work: [], jobs: { open: 0, entrusted: 0 }, bytesSent: 10, bytesReceived: 20, caps: {}, policy: { open: true }, dials: 3, joining: 'full', storedBytes: 30, startedAt: 0,
    reach: { verdict: 'unknown', nat: 'unknown', relays: [], relaying: false, guests: [], relayedBytes: 0 }, links: [],
    ...script.status,
  };
  const job: Job = {
    id: jobId,
    view: () => view,
    units: () => [],
    trace: () => ({ events: script.events ?? [], omitted: 0 }),
    async *results({ signal } = {}) {
      peer.openStreams += 1;
      try {
        yield* script.results ?? [];
        if (script.endless === true) await aborted(signal);
      } finally {
        peer.openStreams -= 1;
      }
    },
    wait: async () => view,
    async *watch() {
      for (const each of script.views ?? [view]) {
        yield (view = each);
        if (script.pauseAfterFirstView === true) await paused.promise;
      }
    },
    logs: (unit) => [{ unit: unit ?? 0, peer: peerId, text: 'careful\n' }],
    cancel: async (why) => void peer.cancelled.push(why),
  };
  const peer: ScriptedPeer = {
    id: peerId,
    submitted: [],
    added: [],
    named: [],
    cancelled: [],
    stopped: false,
    setView: (now) => {
      view = now;
    },
    resume: () => paused.resolve(),
    openStreams: 0,
    data: {
      async add(path, { name, only, onProgress } = {}) {
        onProgress?.(5);
        peer.added.push({ path, ...(name === undefined ? {} : { name }), ...(only === undefined ? {} : { only }) });
        return { cid: jobId, name: name ?? 'data', shards: 3, here: only?.length ?? 3, bytes: 30, bytesHere: 10 };
      },
      list: async () => script.datasets ?? [],
      async get(dataset) {
        peer.named.push(dataset);
        return { bytes: 7 };
      },
      async remove(dataset) {
        peer.named.push(dataset);
        return { freedBytes: 10 };
      },
    },
    status: async () => status,
    membership: () => undefined,
    revoke: async () => true,
    addresses: () => status.addresses,
    ready: async () => {},
    figures: () => Promise.resolve('shoal_figure 1\n'),
    peers: () => script.peers ?? [],
    async submit(request) {
      if (script.refuse !== undefined) throw script.refuse;
      peer.submitted.push(request);
      script.onSubmit?.(request);
      return job;
    },
    jobs: () => [view],
    entrusted: () => [],
    credit: () => ({ receipts: script.receipts ?? [], export: () => script.exported ?? '' }),
    job(id) {
      if (jobId.startsWith(id) || jobId.endsWith(id)) return job;
      throw new ShoalError('job-unknown', `Cannot find a job "${id}"`, { hint: '`shoal job ls` lists them.' });
    },
    async pause() {},
    proceed() {},
    async stop() {
      peer.stopped = true;
    },
    [Symbol.asyncDispose]: () => peer.stop(),
  };
  return peer;
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
