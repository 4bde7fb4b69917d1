import { startPeer } from '../peers/peer.ts';
import { checkFlights, heardOf, holdFlights, makeFlights, postFlights } from '../peers/job.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

export const ipv6: Scenario[] = [
  {
    name: 'ipv6',
    about: 'Two peers that have IPv6 addresses only work together, and each finds out that it can be dialled',
    withinMs: 120_000,
    async run(lab, signal) {
      const to = await lab.switch();
      const listen = ['/ip6/::/tcp/4001'];
      const [one, other] = [await lab.host(), await lab.host()];
      await lab.wire(one, to, '2a0a::1/64');
      await lab.wire(other, to, '2a0a::2/64');
      const worker = await startPeer(lab, one, { name: 'worker', listen });
      const bootstrap = worker.addresses.find((address) => address.includes('/2a0a::1/')) ?? '';
      const requester = await startPeer(lab, other, { name: 'requester', listen, slots: 0, args: ['--bootstrap', bootstrap] });
      const flights = await makeFlights(lab, 4, 2_000);
      const dataset = await holdFlights(flights, worker);
      await heardOf(requester, dataset, 1);
      const seconds = await checkFlights(requester, await postFlights(requester, dataset), flights, signal);
      await until('the requester to know that it can be dialled', 20_000, async () => (await requester.client.status()).reach.verdict === 'reachable');
      const { links } = await requester.client.status();
      if (!links.every(({ address }) => address.startsWith('/ip6/'))) throw new Error(`connected by ${links.map(({ address }) => address).join(', ')}`);
      return `right totals after ${seconds.toFixed(1)} s, over IPv6 alone`;
    },
  },
];
