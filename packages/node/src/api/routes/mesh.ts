import { readBody } from '../body.ts';
import { type Route, json } from '../router.ts';
import { revocationsBody } from '../schemas.ts';
import type { MeshAnswer, RevokedAnswer } from '../wire.ts';

export const meshRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/mesh',
    async handle({ peer }) {
      const membership = peer.membership();
      const members = peer.peers().flatMap(({ peer: id, connected, labels, member }) => (member === undefined ? [] : [{ peer: id, connected, labels, ...member }]));
      const answer: MeshAnswer = { ...(membership === undefined ? {} : { membership }), members };
      return json(answer);
    },
  },
  {
    method: 'POST',
    path: '/v1/mesh/revocations',
    async handle({ peer, request }) {
      const { list } = await readBody(request, revocationsBody);
      const before = peer.peers().filter(({ connected }) => connected).length;
      const newer = await peer.revoke(new Uint8Array(Buffer.from(list, 'base64')));
      const answer: RevokedAnswer = { newer, cutOff: Math.max(0, before - peer.peers().filter(({ connected }) => connected).length) };
      return json(answer);
    },
  },
];
