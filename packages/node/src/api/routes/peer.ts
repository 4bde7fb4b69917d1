import { type Route, json } from '../router.ts';
import type { PeersAnswer, StatusAnswer } from '../wire.ts';

export const peerRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/status',
    async handle({ peer, clock }) {
      const status = await peer.status();
      const answer: StatusAnswer = { ...status, pid: process.pid, uptimeMs: Math.max(0, clock.now() - status.startedAt) };
      return json(answer);
    },
  },
  {
    method: 'GET',
    path: '/v1/peers',
    async handle({ peer }) {
      const answer: PeersAnswer = { peers: peer.peers() };
      return json(answer);
    },
  },
];
