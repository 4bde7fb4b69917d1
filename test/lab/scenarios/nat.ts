import { behindNat, type NatBehaviour } from '../net/nat.ts';
import type { Lab } from '../net/lab.ts';
import { runBig, writeBigProgram } from '../peers/big-result.ts';
import { type LabPeer, startPeer } from '../peers/peer.ts';
import { until } from '../peers/until.ts';
import type { Scenario } from '../run/scenario.ts';

interface Meeting {
  requester: LabPeer;
  worker: LabPeer;
  middle: LabPeer;
}

/** A public peer, and two behind NATs that know only that one. */
async function meet(lab: Lab, first: NatBehaviour, second: NatBehaviour): Promise<Meeting> {
  const internet = await lab.switch();
  const server = await lab.host();
  await lab.wire(server, internet, '45.0.0.1/8');
  const middle = await startPeer(lab, server, { name: 'middle', slots: 0 });
  const bootstrap = middle.addresses.find((address) => address.includes('/45.0.0.1/')) ?? '';
  const one = await behindNat(lab, internet, '45.0.1.1', 1, first);
  const other = await behindNat(lab, internet, '45.0.2.1', 2, second);
  const requester = await startPeer(lab, one.host, { name: 'requester', slots: 0, args: ['--bootstrap', bootstrap] });
  const worker = await startPeer(lab, other.host, { name: 'worker', slots: 1, args: ['--bootstrap', bootstrap] });
  return { requester, worker, middle };
}

async function wayBetween({ requester, worker }: Meeting): Promise<'direct' | 'relayed' | undefined> {
  const links = (await requester.client.status()).links.filter(({ peer }) => peer === worker.id);
  if (links.some(({ way }) => way === 'direct')) return 'direct';
  return links.length === 0 ? undefined : 'relayed';
}

function scenario(name: string, about: string, first: NatBehaviour, second: NatBehaviour, expected: 'direct' | 'relayed'): Scenario {
  return {
    name,
    about,
    withinMs: 180_000,
    async run(lab, signal) {
      const program = await writeBigProgram(lab);
      const meeting = await meet(lab, first, second);
      const begin = performance.now();
      await until('the worker to be heard of', 30_000, async () => (await meeting.requester.client.peers()).some(({ peer, slots }) => peer === meeting.worker.id && slots > 0));
      for (const { client, name: who } of [meeting.requester, meeting.worker]) {
        await until(`${who} to know whether it can be reached`, 30_000, async () => {
          const { reach } = await client.status();
          return reach.verdict === 'reachable' || reach.relays.length > 0;
        });
      }
      const knownMs = performance.now() - begin;
      const { seconds, worker } = await runBig(meeting.requester, program, signal);
      if (worker !== meeting.worker.id) throw new Error(`the unit was run by ${worker}`);
      const way = await wayBetween(meeting);
      if (way !== expected) throw new Error(`the two are connected ${way ?? 'not at all'}, expected ${expected}`);
      const { reach } = await meeting.middle.client.status();
      return `${way}; reach known after ${(knownMs / 1_000).toFixed(1)} s, 50 MB in ${seconds.toFixed(1)} s, ${(reach.relayedBytes / 1e6).toFixed(0)} MB relayed`;
    },
  };
}

export const nat: Scenario[] = [
  scenario('nat-symmetric', 'Two peers behind symmetric NATs work together through a relay', 'changing', 'changing', 'relayed'),
  scenario('nat-steady', 'Two peers behind port restricted NATs punch through and work together directly', 'steady', 'steady', 'direct'),
  scenario('nat-open', 'A peer behind an open NAT is found out to be reachable and is dialled', 'steady', 'open', 'direct'),
];
