import type { Job, UnitResult } from '@shoal/peer';
import { NodeError } from '../../errors.ts';
import { check, readBody } from '../body.ts';
import { type Call, type Route, bytes, json, lines } from '../router.ts';
import { cancelBody, jobRequestBody, jobsQuery, logsQuery } from '../schemas.ts';
import { freshViews } from '../views.ts';
import type { JobAnswer, LogsAnswer, ResultBody, ResultLine, TraceAnswer } from '../wire.ts';

export const jobRoutes: Route[] = [
  {
    method: 'POST',
    path: '/v1/jobs',
    async handle({ peer, request }) {
      const job = await peer.submit(await readBody(request, jobRequestBody));
      return json(describe(job));
    },
  },
  {
    method: 'GET',
    path: '/v1/jobs',
    async handle({ peer, query }) {
      const { limit } = check(query, jobsQuery);
      return json({ jobs: peer.jobs(limit === undefined ? {} : { limit }) });
    },
  },
  { method: 'GET', path: '/v1/jobs/:id', handle: async (call) => json(describe(jobOf(call))) },
  {
    method: 'GET',
    path: '/v1/jobs/:id/trace',
    async handle(call) {
      const job = jobOf(call);
      const answer: TraceAnswer = { job: job.view(), ...job.trace() };
      return json(answer);
    },
  },
  { method: 'GET', path: '/v1/jobs/:id/watch', handle: async (call) => lines(freshViews(jobOf(call), call.clock, call.signal)) },
  { method: 'GET', path: '/v1/jobs/:id/results', handle: async (call) => lines(results(jobOf(call), call.signal)) },
  {
    method: 'GET',
    path: '/v1/jobs/:id/results/:unit/files/:path',
    async handle(call) {
      const { unit, path } = call.params;
      for await (const result of jobOf(call).results({ signal: call.signal })) {
        if (String(result.unit) !== unit) continue;
        const file = result.files.find((each) => each.path === path);
        if (file !== undefined) return bytes(await file.read());
      }
      throw new NodeError('api-route-unknown', `Cannot read file "${path ?? ''}" of unit ${unit ?? ''}: the job has no such result`);
    },
  },
  {
    method: 'GET',
    path: '/v1/jobs/:id/logs',
    async handle(call) {
      const { unit } = check(call.query, logsQuery);
      const answer: LogsAnswer = { logs: jobOf(call).logs(unit) };
      return json(answer);
    },
  },
  {
    method: 'POST',
    path: '/v1/jobs/:id/cancel',
    async handle(call) {
      const { why } = await readBody(call.request, cancelBody);
      const job = jobOf(call);
      await job.cancel(why);
      return json(describe(job));
    },
  },
];

function jobOf({ peer, params }: Call): Job {
  return peer.job(params['id'] ?? '');
}

function describe(job: Job): JobAnswer {
  return { job: job.view(), units: job.units() };
}

async function* results(job: Job, signal: AbortSignal): AsyncGenerator<ResultLine> {
  for await (const result of job.results({ signal })) yield { kind: 'result', result: toBody(result) };
}

function toBody({ unit, shard, stdout, files, workers, cid }: UnitResult): ResultBody {
  return {
    unit,
    ...(shard === undefined ? {} : { shard }),
    stdout: Buffer.from(stdout).toString('base64'),
    files: files.map((file) => ({ path: file.path, bytes: file.bytes })),
    workers,
    cid,
  };
}
