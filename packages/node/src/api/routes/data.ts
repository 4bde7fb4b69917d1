import { readBody } from '../body.ts';
import { withProgress } from '../progress.ts';
import { type Route, json, lines } from '../router.ts';
import { addDataBody, getDataBody } from '../schemas.ts';
import type { AddDataLine, GetDataLine } from '../wire.ts';

export const dataRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/data',
    handle: async ({ peer }) => json({ datasets: await peer.data.list() }),
  },
  {
    method: 'POST',
    path: '/v1/data',
    async handle({ peer, clock, request, signal }) {
      const { path, ...options } = await readBody(request, addDataBody);
      return lines(
        withProgress<AddDataLine>(clock, signal, async (task) => ({ kind: 'added', dataset: await peer.data.add(path, { ...options, ...task }) })),
      );
    },
  },
  {
    method: 'POST',
    path: '/v1/data/:dataset/get',
    async handle({ peer, clock, request, params, signal }) {
      const { to } = await readBody(request, getDataBody);
      return lines(
        withProgress<GetDataLine>(clock, signal, async (task) => ({ kind: 'written', ...(await peer.data.get(params['dataset'] ?? '', to, task)) })),
      );
    },
  },
  {
    method: 'DELETE',
    path: '/v1/data/:dataset',
    handle: async ({ peer, params }) => json(await peer.data.remove(params['dataset'] ?? '')),
  },
];
