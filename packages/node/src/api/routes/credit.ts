import type { ReceiptView } from '@shoal/peer';
import { limits } from '../../limits.ts';
import { check } from '../body.ts';
import { type Route, bytes, json } from '../router.ts';
import { creditQuery } from '../schemas.ts';
import type { CreditAnswer } from '../wire.ts';

export const creditRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/credit',
    async handle({ peer, query }) {
      const { limit = limits.maxReceiptsListed } = check(query, creditQuery);
      return json(answerOf(peer.credit().receipts, limit));
    },
  },
  {
    method: 'GET',
    path: '/v1/credit/export',
    handle: async ({ peer }) => bytes(Buffer.from(peer.credit().export())),
  },
];

function answerOf(receipts: readonly ReceiptView[], limit: number): CreditAnswer {
  const totals = { receipts: receipts.length, countersigned: 0, units: 0, fuel: 0, credit: 0 };
  for (const { countersigned, units, fuel, credit } of receipts) {
    totals.countersigned += Number(countersigned);
    totals.units += units;
    totals.fuel += fuel;
    totals.credit += credit;
  }
  return { totals, receipts: receipts.toSorted((a, b) => b.at - a.at).slice(0, limit) };
}
