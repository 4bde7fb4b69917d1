import type { DatasetView, JobSummary, JobView } from '@shoal/peer';
import type {
  AddDataBody, AddDataLine, CreditAnswer, GetDataLine, JobAnswer, JobRequestBody, LogsAnswer, MeshAnswer, PeersAnswer, ResultBody, ResultLine, RevokedAnswer, StatusAnswer, TraceAnswer, WatchLine,
} from '../api/wire.ts';
import { type Ask, type Endpoint, parseAnswer, readAll, send } from './http.ts';
import { limits } from '../limits.ts';
import { readLines } from './lines.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface ProgressOptions extends CallOptions {
  onProgress?: (bytes: number) => void;
}

/** A running peer, as its user's commands see it. Every call fails with the peer's own error, or `peer-not-running`. */
export interface ApiClient {
  readonly endpoint: Endpoint;
  status(options?: CallOptions): Promise<StatusAnswer>;
  peers(options?: CallOptions): Promise<PeersAnswer['peers']>;
  mesh(options?: CallOptions): Promise<MeshAnswer>;
  /** A list of revocations, to be obeyed and passed on. */
  tellRevocations(list: Uint8Array, options?: CallOptions): Promise<RevokedAnswer>;
  datasets(options?: CallOptions): Promise<DatasetView[]>;
  addData(body: AddDataBody, options?: ProgressOptions): Promise<DatasetView>;
  /** By CID or name, to an absolute path. */
  getData(dataset: string, to: string, options?: ProgressOptions): Promise<{ bytes: number }>;
  removeData(dataset: string, options?: CallOptions): Promise<{ freedBytes: number }>;
  submit(request: JobRequestBody, options?: CallOptions): Promise<JobAnswer>;
  jobs(options?: CallOptions & { limit?: number }): Promise<JobSummary[]>;
  job(id: string, options?: CallOptions): Promise<JobAnswer>;
  trace(id: string, options?: CallOptions): Promise<TraceAnswer>;
  watch(id: string, options?: CallOptions): AsyncGenerator<JobView>;
  results(id: string, options?: CallOptions): AsyncGenerator<ResultBody>;
  resultFile(id: string, unit: number, path: string, options?: CallOptions): Promise<Uint8Array>;
  logs(id: string, options?: CallOptions & { unit?: number }): Promise<LogsAnswer['logs']>;
  cancel(id: string, options?: CallOptions & { why?: string }): Promise<JobAnswer>;
  credit(options?: CallOptions & { limit?: number }): Promise<CreditAnswer>;
  /** Receipts as the document that anybody can verify. */
  exportCredit(options?: CallOptions): Promise<Uint8Array>;
}

export function createApiClient(endpoint: Endpoint): ApiClient {
  const whole = async (ask: Ask): Promise<unknown> => parseAnswer(await readAll(await send(endpoint, ask)));
  const get = (path: string, options?: CallOptions): Promise<unknown> => whole({ method: 'GET', path, signal: options?.signal });
  async function* stream<T extends { kind: string }>(ask: Ask): AsyncGenerator<T> {
    yield* readLines<T>(await send(endpoint, ask), ask.signal);
  }
  async function last<T extends AddDataLine | GetDataLine>(ask: Ask, onProgress?: (bytes: number) => void): Promise<T | undefined> {
    let found: T | undefined;
    for await (const line of stream<T>(ask)) {
      if (line.kind === 'progress') onProgress?.(line.bytes);
      else found = line;
    }
    return found;
  }
  const job = (id: string, rest = ''): string => `/v1/jobs/${encodeURIComponent(id)}${rest}`;
  const data = (id: string, rest = ''): string => `/v1/data/${encodeURIComponent(id)}${rest}`;

  return {
    endpoint,
    status: async (options) => (await get('/v1/status', options)) as StatusAnswer,
    peers: async (options) => ((await get('/v1/peers', options)) as PeersAnswer).peers,
    mesh: async (options) => (await get('/v1/mesh', options)) as MeshAnswer,
    async tellRevocations(list, options) {
      return (await whole({ method: 'POST', path: '/v1/mesh/revocations', body: { list: Buffer.from(list).toString('base64') }, signal: options?.signal })) as RevokedAnswer;
    },
    datasets: async (options) => ((await get('/v1/data', options)) as { datasets: DatasetView[] }).datasets,
    async addData(body, { signal, onProgress } = {}) {
      const line = await last<AddDataLine>({ method: 'POST', path: '/v1/data', body, signal }, onProgress);
      return (line as Extract<AddDataLine, { kind: 'added' }>).dataset;
    },
    async getData(dataset, to, { signal, onProgress } = {}) {
      const line = await last<GetDataLine>({ method: 'POST', path: data(dataset, '/get'), body: { to }, signal }, onProgress);
      return { bytes: (line as Extract<GetDataLine, { kind: 'written' }>).bytes };
    },
    async removeData(dataset, options) {
      return (await whole({ method: 'DELETE', path: data(dataset), signal: options?.signal })) as { freedBytes: number };
    },
    async submit(body, options) {
      return (await whole({ method: 'POST', path: '/v1/jobs', body, signal: options?.signal })) as JobAnswer;
    },
    async jobs(options) {
      const query = options?.limit === undefined ? '' : `?limit=${options.limit}`;
      return ((await get(`/v1/jobs${query}`, options)) as { jobs: JobSummary[] }).jobs;
    },
    job: async (id, options) => (await get(job(id), options)) as JobAnswer,
    trace: async (id, options) => (await get(job(id, '/trace'), options)) as TraceAnswer,
    async *watch(id, options) {
      for await (const line of stream<WatchLine>({ method: 'GET', path: job(id, '/watch'), signal: options?.signal })) yield line.job;
    },
    async *results(id, options) {
      for await (const line of stream<ResultLine>({ method: 'GET', path: job(id, '/results'), signal: options?.signal })) yield line.result;
    },
    async resultFile(id, unit, path, options) {
      return readAll(await send(endpoint, { method: 'GET', path: job(id, `/results/${unit}/files/${encodeURIComponent(path)}`), signal: options?.signal }));
    },
    async logs(id, options) {
      const query = options?.unit === undefined ? '' : `?unit=${options.unit}`;
      return ((await get(job(id, `/logs${query}`), options)) as LogsAnswer).logs;
    },
    async cancel(id, options) {
      const body = options?.why === undefined ? {} : { why: options.why };
      return (await whole({ method: 'POST', path: job(id, '/cancel'), body, signal: options?.signal })) as JobAnswer;
    },
    async credit(options) {
      const query = options?.limit === undefined ? '' : `?limit=${options.limit}`;
      return (await get(`/v1/credit${query}`, options)) as CreditAnswer;
    },
    async exportCredit(options) {
      return readAll(await send(endpoint, { method: 'GET', path: '/v1/credit/export', signal: options?.signal }), limits.maxReceiptsFileBytes);
    },
  };
}
