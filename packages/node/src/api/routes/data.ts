import type { Peer } from '@shoal/peer';
import { parseCid } from '@shoal/protocol';
import type { Cid } from '@shoal/runtime';
import { NodeError } from '../../errors.ts';
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
      const cid = await resolveDataset(peer, params['dataset'] ?? '');
      return lines(
        withProgress<GetDataLine>(clock, signal, async (task) => ({ kind: 'written', ...(await peer.data.get(cid, to, task)) })),
      );
    },
  },
  {
    method: 'DELETE',
    path: '/v1/data/:dataset',
    async handle({ peer, params }) {
      const cid = await resolveDataset(peer, params['dataset'] ?? '');
      return json({ cid, ...(await peer.data.remove(cid)) });
    },
  },
];

/** A dataset by its CID, or by a name that means one dataset here or, failing that, among the known peers. */
export async function resolveDataset(peer: Peer, text: string): Promise<Cid> {
  const here = await peer.data.list();
  const known = here.find((dataset) => dataset.cid === text);
  if (known !== undefined) return known.cid;
  const own = new Set(here.filter((dataset) => dataset.name === text).map((dataset) => dataset.cid));
  const heard = new Set(peer.peers().flatMap((each) => each.datasets).filter((dataset) => dataset.name === text).map((dataset) => dataset.cid));
  for (const found of [own, heard]) {
    const [only] = found;
    if (only !== undefined && found.size === 1) return only;
    if (found.size > 1) {
      throw new NodeError('dataset-unknown', `Cannot tell which dataset "${text}" means: ${found.size} bear that name`, {
        hint: `Name it by its CID: ${[...found].join(' or ')}.`,
      });
    }
  }
  if (/^(?:baf|Qm)\w{20,}$/u.test(text)) return parseCid(text);
  throw new NodeError('dataset-unknown', `Cannot find a dataset "${text}": it is no CID, and nobody known here holds one of that name`, {
    hint: '`shoal data ls` lists the datasets here, `shoal peers` those of others.',
  });
}
